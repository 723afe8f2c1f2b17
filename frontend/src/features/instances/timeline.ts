import type { ActivityInstance } from '@/api/types';

export interface Span {
  /** Percent of the run's length. */
  left: number;
  width: number;
}

/** Where on the line of the whole run one execution lies; an open end counts until `now` (milliseconds). */
export function spanOf(
  execution: Pick<ActivityInstance, 'started_at' | 'ended_at'>,
  runStart: string | null,
  runEnd: string | null,
  now: number,
): Span {
  const from = new Date(runStart ?? execution.started_at).getTime();
  const to = runEnd ? new Date(runEnd).getTime() : now;
  const length = Math.max(1, to - from);
  const start = new Date(execution.started_at).getTime();
  const end = execution.ended_at ? new Date(execution.ended_at).getTime() : to;
  const left = percent((start - from) / length);
  return { left, width: Math.min(100 - left, percent((end - start) / length)) };
}

const percent = (share: number): number => Math.min(100, Math.max(0, share * 100));
