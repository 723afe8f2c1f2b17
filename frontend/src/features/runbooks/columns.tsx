import { Text, Tooltip } from '@mantine/core';
import { IconBroadcast, IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunbookSummary } from '@/api/types';
import type { Columns } from '@/shared/ui/DataTable';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import classes from './columns.module.css';

/** The columns of the runbook list; `actions` draws the last one. */
export function columns(
  showPath: boolean,
  actions: (runbook: RunbookSummary) => ReactNode,
): Columns<RunbookSummary> {
  return [
    {
      header: 'Name',
      accessorKey: 'name',
      cell: ({ row }) => <NameCell runbook={row.original} showPath={showPath} />,
    },
    {
      header: 'Last run',
      id: 'last_job',
      enableSorting: false,
      cell: ({ row }) => <LastJob runbook={row.original} />,
    },
    {
      header: 'Active jobs',
      accessorKey: 'active_jobs',
      cell: ({ row }) => row.original.active_jobs || '',
    },
    {
      header: 'Version',
      accessorKey: 'version',
      cell: ({ row }) => row.original.version ?? <Text size="xs">never checked in</Text>,
    },
    {
      header: 'Checked out',
      id: 'checked_out',
      accessorFn: (runbook) => runbook.checked_out_by?.name ?? '',
      cell: ({ row }) => <CheckedOut runbook={row.original} />,
    },
    { header: 'Changed', accessorKey: 'updated_at', cell: ({ row }) => <Ago at={row.original.updated_at} /> },
    { header: '', id: 'actions', enableSorting: false, cell: ({ row }) => actions(row.original) },
  ];
}

function NameCell({ runbook, showPath }: { runbook: RunbookSummary; showPath: boolean }) {
  return (
    <div>
      <Link to="/runbooks/$runbookId" params={{ runbookId: runbook.id }} className={classes.name}>
        {runbook.name}
      </Link>
      {runbook.is_monitor ? (
        <Tooltip label="Starts with a monitor: it waits for something to happen">
          <span className={classes.monitor}>
            <IconBroadcast size={14} aria-hidden /> monitor
          </span>
        </Tooltip>
      ) : null}
      <div className={classes.description}>{showPath ? runbook.path : runbook.description}</div>
    </div>
  );
}

function LastJob({ runbook: { last_job: job } }: { runbook: RunbookSummary }) {
  if (!job) return <span className={classes.never}>never run</span>;
  return (
    <Link to="/jobs/$jobId" params={{ jobId: job.id }} className={classes.plain}>
      <Status status={job.status} /> <Ago at={job.ended_at ?? job.created_at} />
    </Link>
  );
}

function CheckedOut({ runbook }: { runbook: RunbookSummary }) {
  if (!runbook.checked_out_by) return null;
  return (
    <span className={classes.lock}>
      <IconLock size={14} aria-hidden />
      {runbook.checked_out_by.name}
    </span>
  );
}
