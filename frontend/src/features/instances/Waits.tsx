import { useQuery } from '@tanstack/react-query';
import { IconClockPause, IconGitMerge, IconPlayerPlay, IconSitemap, type Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { waitsOptions } from '@/api/steering';
import type { Wait } from '@/api/types';
import { useNow } from '@/shared/hooks/use-now';
import { formatDuration } from '@/shared/lib/format';
import classes from './InstancePage.module.css';

const SIGNS: Record<Wait['kind'], Icon> = {
  activity: IconPlayerPlay,
  delay: IconClockPause,
  junction: IconGitMerge,
};

/** Everything that keeps a run from ending, kept current. */
export function Waits({ instanceId }: { instanceId: string }) {
  const { data } = useQuery(waitsOptions(instanceId));
  if (!data) return null;
  return (
    <section aria-label="What it waits for">
      <h3 className={classes.section}>What it waits for</h3>
      {data.length === 0 ? <p className={classes.hint}>Nothing: it is about to go on.</p> : null}
      <ul className={classes.waits}>
        {data.map((wait, index) => (
          <One key={`${wait.kind} ${wait.activity_id} ${wait.key} ${index}`} wait={wait} />
        ))}
      </ul>
    </section>
  );
}

function One({ wait }: { wait: Wait }) {
  const Sign = wait.child_job_id ? IconSitemap : SIGNS[wait.kind];
  return (
    <li className={classes.wait}>
      <Sign size={16} aria-hidden className={classes.sign} />
      <span>
        {wait.why} {wait.due ? <Left until={wait.due} /> : null}
        {wait.child_job_id ? (
          <Link to="/jobs/$jobId" params={{ jobId: wait.child_job_id }}>
            Open its job
          </Link>
        ) : null}
      </span>
    </li>
  );
}

/** The time left until a moment. */
function Left({ until }: { until: string }) {
  const now = useNow(1000);
  const seconds = Math.ceil((new Date(until).getTime() - now) / 1000);
  return <strong>{seconds > 0 ? `${formatDuration(seconds)} left.` : 'It is due.'}</strong>;
}
