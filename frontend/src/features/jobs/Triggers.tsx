import { ActionIcon, Group, Select, Tooltip } from '@mantine/core';
import { IconRefresh, IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { triggersOptions, useDiscardTrigger, useRetryTrigger } from '@/api/triggers';
import type { Trigger, TriggerStatus } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote } from '@/shared/ui/notes';
import { lookOf, Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import classes from './jobs.module.css';

const STATUSES: TriggerStatus[] = [
  'waiting',
  'quarantined',
  'running',
  'success',
  'warning',
  'failed',
  'canceled',
  'dropped',
  'discarded',
];
const RETRIED: TriggerStatus[] = ['failed', 'warning', 'canceled'];
const DISCARDED: TriggerStatus[] = ['waiting', 'quarantined', 'failed', 'warning', 'canceled'];

/** What the monitor saw, newest first, and the run each started. */
export function Triggers({ jobId }: { jobId: string }) {
  const [status, setStatus] = useState<TriggerStatus | null>(null);
  const list = useInfiniteQuery(triggersOptions(jobId, status));
  return (
    <section aria-label="Triggers" style={{ marginBottom: 14 }}>
      <Group justify="space-between" mb={6}>
        <h2 className={classes.heading}>Triggers</h2>
        <Select
          aria-label="Status of triggers"
          placeholder="Any status"
          data={STATUSES.map((value) => ({ value, label: lookOf(value).word }))}
          value={status}
          clearable
          onChange={setStatus}
        />
      </Group>
      {list.error ? <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} /> : null}
      {list.data ? (
        <DataTable
          label="Triggers"
          rows={list.data.pages.flatMap((page) => page.items)}
          columns={COLUMNS}
          rowId={(trigger) => trigger.id}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          empty={
            status ? (
              <Empty title="No such triggers">Choose another status to see more.</Empty>
            ) : (
              <Empty title="Nothing has happened yet">The monitor is waiting.</Empty>
            )
          }
        />
      ) : null}
    </section>
  );
}

const COLUMNS: Columns<Trigger> = [
  { header: 'When', accessorKey: 'at', cell: ({ row }) => <Ago at={row.original.at} /> },
  { header: 'Status', accessorKey: 'status', cell: ({ row }) => <Status status={row.original.status} /> },
  {
    header: 'Published',
    id: 'published',
    enableSorting: false,
    cell: ({ row }) => <Published trigger={row.original} />,
  },
  {
    header: 'Run',
    id: 'run',
    enableSorting: false,
    cell: ({ row }) =>
      row.original.instance_id ? (
        <Link to="/instances/$instanceId" params={{ instanceId: row.original.instance_id }} search={{}}>
          Open run
        </Link>
      ) : (
        ''
      ),
  },
  { header: '', id: 'actions', enableSorting: false, cell: ({ row }) => <Actions trigger={row.original} /> },
];

/** The data, all of it on request; of dropped triggers that of the last, and how many there were. */
function Published({ trigger }: { trigger: Trigger }) {
  const items = Object.entries(trigger.published);
  const notes = [
    trigger.number > 1 ? `${trigger.number} in one flood` : '',
    trigger.retries > 0 ? `retried ${trigger.retries}×` : '',
  ].filter(Boolean);
  return (
    <>
      <details className={classes.published}>
        <summary>
          {items.map(([name, value]) => `${name}: ${formatValue(value)}`).join(' · ') || 'nothing'}
        </summary>
        <dl>
          {items.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{formatValue(value)}</dd>
            </div>
          ))}
          <div>
            <dt>Key</dt>
            <dd>{trigger.key}</dd>
          </div>
        </dl>
      </details>
      {notes.length > 0 ? <div className={classes.path}>{notes.join(', ')}</div> : null}
      {trigger.error ? <div className={classes.note}>{trigger.error}</div> : null}
    </>
  );
}

function Actions({ trigger }: { trigger: Trigger }) {
  const retry = useRetryTrigger();
  const discard = useDiscardTrigger();
  return (
    <Group gap={2} justify="flex-end" wrap="nowrap">
      {RETRIED.includes(trigger.status) ? (
        <Tooltip label="Start another run of it">
          <ActionIcon
            aria-label="Retry the trigger"
            loading={retry.isPending}
            onClick={() => retry.mutate(trigger.id)}
          >
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
      ) : null}
      {DISCARDED.includes(trigger.status) ? (
        <Tooltip label="Nothing more is to be done about it">
          <ActionIcon
            aria-label="Discard the trigger"
            loading={discard.isPending}
            onClick={() => discard.mutate(trigger.id)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </Group>
  );
}
