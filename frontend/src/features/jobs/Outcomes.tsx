import { Link } from '@tanstack/react-router';
import type { Job } from '@/api/types';
import { formatDuration, formatMoment, secondsBetween } from '@/shared/lib/format';
import { lookOf } from '@/shared/ui/Status';
import classes from './jobs.module.css';

const HEIGHT = 34;
const SHOWN = 60;

/** The latest jobs as bars, oldest on the left: how long each took and how it ended. The table below says the same. */
export function Outcomes({ jobs }: { jobs: Job[] }) {
  const shown = jobs.slice(0, SHOWN).reverse();
  if (shown.length < 3) return null;
  const lengths = shown.map((job) => secondsBetween(job.started_at, job.ended_at, 0) ?? 0);
  // A logarithm keeps the short ones visible beside the long ones.
  const longest = Math.log1p(Math.max(...lengths)) || 1;
  return (
    <div className={classes.outcomes} aria-hidden>
      {shown.map((job, index) => {
        const { tone, word } = lookOf(job.status);
        const seconds = lengths[index] ?? 0;
        return (
          <Link
            key={job.id}
            to="/jobs/$jobId"
            params={{ jobId: job.id }}
            tabIndex={-1}
            className={classes.outcome}
            data-tone={tone}
            style={{ height: Math.max(4, (Math.log1p(seconds) / longest) * HEIGHT) }}
            title={`${job.runbook_name}: ${word}, ${formatDuration(seconds)}, ${formatMoment(job.created_at)}`}
          />
        );
      })}
      <span className={classes.caption}>the latest jobs and how long they took</span>
    </div>
  );
}
