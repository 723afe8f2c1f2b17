import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { childrenOptions } from '@/api/steering';
import { Status } from '@/shared/ui/Status';
import classes from './InstancePage.module.css';

/** The jobs of the runbooks that a run invoked. */
export function Children({ instanceId }: { instanceId: string }) {
  const { data = [] } = useQuery(childrenOptions(instanceId));
  if (data.length === 0) return null;
  return (
    <section aria-label="Invoked runbooks">
      <h3 className={classes.section}>Invoked runbooks</h3>
      <ul className={classes.waits}>
        {data.map((job) => (
          <li key={job.id} className={classes.wait}>
            <Status status={job.status} />
            <Link to="/jobs/$jobId" params={{ jobId: job.id }}>
              {job.runbook_path}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
