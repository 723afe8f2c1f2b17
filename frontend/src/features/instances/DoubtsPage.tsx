import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { doubtsOptions } from '@/api/instances';
import { messageOf } from '@/api/problem';
import type { Doubt } from '@/api/types';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';

/** Executions that wait for somebody to say what happened. */
export function DoubtsPage() {
  const query = useQuery(doubtsOptions);
  return (
    <PageFrame title="In doubt" subtitle="A crash hid what these activities did. Each waits for an answer.">
      {query.isPending ? <Loading what="the list" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="In doubt"
          rows={query.data}
          columns={COLUMNS}
          rowId={(row) => row.id}
          empty={<Empty title="Nothing is in doubt">Every activity’s outcome is known.</Empty>}
        />
      ) : null}
    </PageFrame>
  );
}

const COLUMNS: Columns<Doubt> = [
  { header: 'Status', accessorKey: 'status', cell: ({ row }) => <Status status={row.original.status} /> },
  {
    header: 'Activity',
    accessorKey: 'activity_name',
    cell: ({ row: { original: row } }) => (
      <Link
        to="/instances/$instanceId"
        params={{ instanceId: row.instance_id }}
        search={{ activity: row.activity_id, execution: row.id }}
      >
        {row.activity_name}
      </Link>
    ),
  },
  { header: 'Runbook', accessorKey: 'runbook_name' },
  { header: 'Why', accessorKey: 'reason' },
  { header: 'Started', accessorKey: 'started_at', cell: ({ row }) => <Ago at={row.original.started_at} /> },
];
