import { formatAgo, formatMoment } from '@/shared/lib/format';
import { useNow } from '@/shared/hooks/use-now';
import classes from './servers.module.css';

const FRESH_SECONDS = 15;
const LATE_SECONDS = 60;

/** How long ago a server was heard of: a dot and words. */
export function Freshness({ at }: { at: string }) {
  const now = useNow(5_000);
  const seconds = (now - new Date(at).getTime()) / 1000;
  const grade = seconds < FRESH_SECONDS ? 'fresh' : seconds < LATE_SECONDS ? 'late' : 'lost';
  return (
    <span className={classes.fresh} data-grade={grade}>
      <span className={classes.dot} aria-hidden />
      <time dateTime={at} title={formatMoment(at)}>
        {seconds < FRESH_SECONDS ? 'just now' : formatAgo(at, now)}
      </time>
    </span>
  );
}
