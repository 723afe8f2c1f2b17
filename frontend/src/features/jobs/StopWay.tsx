import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import type { Job } from '@/api/types';
import { formatClock, formatDuration, secondsBetween } from '@/shared/lib/format';
import classes from './jobs.module.css';

/** How far a stop has come: requested, taken up by a runbook server, ended. */
export function StopWay({ job }: { job: Job }) {
  if (!job.stop) return null;
  const { level, requested_at, acknowledged_at } = job.stop;
  const requested = level === 'now' ? 'Stop requested: now' : 'Stop requested: after the current activities';
  // A job that no server had taken ends without anybody having to take up its stop.
  const taken: Step[] =
    job.ended_at && !acknowledged_at ? [] : [{ name: 'Taken up by the runbook server', at: acknowledged_at }];
  const steps: Step[] = [
    { name: requested, at: requested_at },
    ...taken,
    { name: 'Ended', at: job.ended_at },
  ];
  return (
    <ol aria-label="The way of the stop" className={classes.way}>
      {steps.map(({ name, at }) => (
        <li key={name} data-reached={at ? true : undefined}>
          {at ? <IconCircleCheckFilled size={16} aria-hidden /> : <IconCircleDashed size={16} aria-hidden />}
          <span>
            {name}
            <small>{at ? timeOf(at, requested_at) : 'not yet'}</small>
          </span>
        </li>
      ))}
    </ol>
  );
}

interface Step {
  name: string;
  at: string | null;
}

function timeOf(at: string, from: string): string {
  const seconds = secondsBetween(from, at, 0) ?? 0;
  return seconds > 0 ? `${formatClock(at)}, after ${formatDuration(seconds)}` : formatClock(at);
}
