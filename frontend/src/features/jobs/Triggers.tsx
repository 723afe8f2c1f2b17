import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { triggersOptions } from '@/api/jobs';
import type { Trigger } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty } from '@/shared/ui/notes';
import { Ago } from '@/shared/ui/times';
import classes from './jobs.module.css';

/** What the monitor saw, newest first, and the run each started. */
export function Triggers({ jobId }: { jobId: string }) {
  const { data } = useQuery(triggersOptions(jobId));
  if (!data) return null;
  return (
    <section aria-label="Triggers" style={{ marginBottom: 14 }}>
      <h2 className={classes.heading}>Triggers</h2>
      <DataTable
        label="Triggers"
        rows={data}
        columns={COLUMNS}
        rowId={(trigger) => trigger.id}
        empty={<Empty title="Nothing has happened yet">The monitor is waiting.</Empty>}
      />
    </section>
  );
}

const COLUMNS: Columns<Trigger> = [
  { header: 'When', accessorKey: 'at', cell: ({ row }) => <Ago at={row.original.at} /> },
  {
    header: 'Published',
    id: 'published',
    enableSorting: false,
    cell: ({ row }) =>
      Object.entries(row.original.published)
        .slice(0, 4)
        .map(([name, value]) => `${name}: ${formatValue(value)}`)
        .join(' · '),
  },
  { header: 'Status', accessorKey: 'status' },
  {
    header: 'Run',
    id: 'run',
    enableSorting: false,
    cell: ({ row }) =>
      row.original.instance_id ? (
        <Link to="/instances/$instanceId" params={{ instanceId: row.original.instance_id }}>
          Open run
        </Link>
      ) : (
        ''
      ),
  },
];
