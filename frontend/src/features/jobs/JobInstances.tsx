import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { jobInstancesOptions } from '@/api/jobs';
import type { Instance } from '@/api/types';
import { secondsBetween } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty } from '@/shared/ui/notes';
import { lookOf, Status } from '@/shared/ui/Status';
import { Ago, DurationBar, Took } from '@/shared/ui/times';
import classes from './jobs.module.css';

/** The runs of a job, newest first. */
export function JobInstances({ jobId }: { jobId: string }) {
  const { data } = useQuery(jobInstancesOptions(jobId));
  if (!data) return null;
  const lengths = data.items.map((each) => secondsBetween(each.started_at, each.ended_at, 0) ?? 0);
  return (
    <section aria-label="Runs">
      <h2 className={classes.heading}>Runs</h2>
      <DataTable
        label="Runs"
        rows={data.items}
        columns={columns(Math.max(0, ...lengths))}
        rowId={(instance) => instance.id}
        empty={<Empty title="No run yet">The first one begins when a runbook server takes the job.</Empty>}
      />
    </section>
  );
}

const columns = (longest: number): Columns<Instance> => [
  { header: 'Status', accessorKey: 'status', cell: ({ row }) => <Status status={row.original.status} /> },
  {
    header: 'Run',
    accessorKey: 'number',
    cell: ({ row }) => (
      <Link to="/instances/$instanceId" params={{ instanceId: row.original.id }} className={classes.name}>
        Run #{row.original.number}
      </Link>
    ),
  },
  { header: 'Started', accessorKey: 'started_at', cell: ({ row }) => <Ago at={row.original.started_at} /> },
  {
    header: 'Duration',
    id: 'duration',
    enableSorting: false,
    cell: ({ row: { original: run } }) =>
      run.ended_at ? (
        <DurationBar
          seconds={secondsBetween(run.started_at, run.ended_at, 0) ?? 0}
          longest={longest}
          tone={lookOf(run.status).tone}
        />
      ) : (
        <Took start={run.started_at} end={null} />
      ),
  },
  { header: 'Server', accessorKey: 'server', cell: ({ row }) => row.original.server ?? '' },
  {
    header: 'Result',
    id: 'result',
    enableSorting: false,
    cell: ({ row }) => row.original.error ?? row.original.reason ?? '',
  },
];
