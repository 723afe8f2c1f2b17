import { Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { eventsOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { OperatorEvent } from '@/api/types';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import classes from './admin.module.css';

interface Props {
  severity: string | undefined;
  onSeverity: (severity: string | undefined) => void;
}

const TYPES: OperatorEvent['type'][] = ['Information', 'Warning', 'Error'];

/** What the platform and the activities reported to the operators. */
export function EventsPage({ severity, onSeverity }: Props) {
  const list = useInfiniteQuery(eventsOptions(TYPES.find((type) => type === severity)));
  return (
    <PageFrame
      title="Events"
      subtitle="What the platform and the runbooks reported"
      actions={
        <Select
          aria-label="Type"
          placeholder="Any type"
          data={TYPES}
          value={severity ?? null}
          clearable
          onChange={(type) => onSeverity(type ?? undefined)}
        />
      }
    >
      {list.isPending ? <Loading what="events" /> : null}
      {list.error ? <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} /> : null}
      {list.data ? (
        <DataTable
          label="Events"
          rows={list.data.pages.flatMap((page) => page.items)}
          columns={COLUMNS}
          rowId={(event) => event.id}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          empty={<Empty title="No events">Nothing has been reported.</Empty>}
        />
      ) : null}
    </PageFrame>
  );
}

const COLUMNS: Columns<OperatorEvent> = [
  { header: 'Type', accessorKey: 'type', cell: ({ row }) => <Status status={row.original.type} /> },
  { header: 'When', accessorKey: 'at', cell: ({ row }) => <Ago at={row.original.at} /> },
  {
    header: 'Event',
    accessorKey: 'summary',
    cell: ({ row: { original: event } }) => (
      <div>
        <strong>{event.summary}</strong>
        <div className={classes.soft}>{event.details}</div>
      </div>
    ),
  },
  { header: 'Source', accessorKey: 'source' },
  {
    header: 'Runbook',
    accessorKey: 'runbook_name',
    cell: ({ row: { original: event } }) =>
      event.instance_id ? (
        <Link to="/instances/$instanceId" params={{ instanceId: event.instance_id }}>
          {event.runbook_name ?? 'Open run'}
        </Link>
      ) : (
        (event.runbook_name ?? '')
      ),
  },
];
