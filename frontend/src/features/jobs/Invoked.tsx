import { useQuery } from '@tanstack/react-query';
import { childrenOptions } from '@/api/steering';
import { secondsBetween } from '@/shared/lib/format';
import { DataTable } from '@/shared/ui/DataTable';
import { jobColumns } from './columns';
import classes from './jobs.module.css';

/** The jobs of the runbooks that the latest run of a job invoked. */
export function Invoked({ instanceId }: { instanceId: string }) {
  const { data = [] } = useQuery(childrenOptions(instanceId));
  if (data.length === 0) return null;
  const lengths = data.map((job) => secondsBetween(job.started_at, job.ended_at, 0) ?? 0);
  return (
    <section aria-label="Invoked runbooks" style={{ marginTop: 14 }}>
      <h2 className={classes.heading}>Invoked by the latest run</h2>
      <DataTable
        label="Invoked runbooks"
        rows={data}
        columns={jobColumns(Math.max(0, ...lengths))}
        rowId={(job) => job.id}
        empty={null}
      />
    </section>
  );
}
