import { Tooltip } from '@mantine/core';
import { useNow } from '../hooks/use-now';
import { formatAgo, formatDuration, formatMoment, secondsBetween } from '../lib/format';
import classes from './times.module.css';

/** A time as "5 minutes ago", the exact one on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow(30_000);
  if (!at) return null;
  return (
    <Tooltip label={formatMoment(at)}>
      <time dateTime={at}>{formatAgo(at, now)}</time>
    </Tooltip>
  );
}

interface Span {
  start: string | null | undefined;
  end: string | null | undefined;
}

/** How long something took, or has been taking so far. */
export function Took({ start, end }: Span) {
  const now = useNow(start && !end ? 1000 : 0);
  return <>{formatDuration(secondsBetween(start, end, now))}</>;
}

/** A length as a bar against the longest of its list, with the figure beside it. */
export function DurationBar({ seconds, longest, tone }: { seconds: number; longest: number; tone: string }) {
  const share = longest > 0 ? Math.max(2, (seconds / longest) * 100) : 0;
  return (
    <span className={classes.bar}>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} data-tone={tone} style={{ width: `${share}%` }} />
      </span>
      <span className={classes.figure}>{formatDuration(seconds)}</span>
    </span>
  );
}
