import { Link } from '@tanstack/react-router';
import type { Job } from '@/api/types';
import { secondsBetween } from '@/shared/lib/format';
import type { Columns } from '@/shared/ui/DataTable';
import { lookOf, Status } from '@/shared/ui/Status';
import { Ago, DurationBar, Took } from '@/shared/ui/times';
import { Marks } from './Marks';
import classes from './jobs.module.css';

/** `longest` is the length, in seconds, that fills a duration bar. */
export function jobColumns(longest: number): Columns<Job> {
  return [
    { header: 'Status', accessorKey: 'status', cell: ({ row }) => <Status status={row.original.status} /> },
    { header: 'Runbook', accessorKey: 'runbook_name', cell: ({ row }) => <NameCell job={row.original} /> },
    { header: 'Created', accessorKey: 'created_at', cell: ({ row }) => <Ago at={row.original.created_at} /> },
    {
      header: 'Duration',
      id: 'duration',
      accessorFn: (job) => secondsBetween(job.started_at, job.ended_at, 0) ?? 0,
      cell: ({ row }) => <Length job={row.original} longest={longest} />,
    },
    {
      header: 'Started by',
      id: 'created_by',
      accessorFn: (job) => job.created_by.name,
      cell: ({ row }) => (row.original.parent ? 'another runbook' : row.original.created_by.name),
    },
    { header: 'Server', accessorKey: 'server', cell: ({ row }) => row.original.server ?? '' },
    { header: 'Version', accessorKey: 'version' },
  ];
}

function NameCell({ job }: { job: Job }) {
  const note = job.error ?? job.reason;
  return (
    <div>
      <Link to="/jobs/$jobId" params={{ jobId: job.id }} className={classes.name}>
        {job.runbook_name}
      </Link>{' '}
      <Marks job={job} />
      <div className={note ? classes.note : classes.path} title={note ?? job.runbook_path}>
        {note ?? job.runbook_path}
      </div>
    </div>
  );
}

function Length({ job, longest }: { job: Job; longest: number }) {
  if (!job.started_at) return null;
  if (!job.ended_at) return <Took start={job.started_at} end={null} />;
  const seconds = secondsBetween(job.started_at, job.ended_at, 0) ?? 0;
  return <DurationBar seconds={seconds} longest={longest} tone={lookOf(job.status).tone} />;
}
