import type { QueryClient } from '@tanstack/react-query';
import { eventKeys, serverKeys } from './administration';
import { folderKeys } from './folders';
import { instanceKeys } from './instances';
import { jobKeys } from './jobs';
import { isNoDraft, runbookKeys } from './runbooks';
import type { ActivityState, ActivityStatus, InstanceDetail, JobStatus } from './types';

interface ActivityHint {
  instance_id: string;
  activity_id: string;
  status: ActivityStatus;
  at: string;
  duration_seconds: number | null;
}
interface InstanceHint {
  instance_id: string;
  job_id: string;
  status: JobStatus;
}

/** What the stream tells, by the name of the event. */
interface Hints {
  job: { job_id: string; runbook_id: string; status: JobStatus };
  instance: InstanceHint;
  activity: ActivityHint;
  runbook: { runbook_id: string; change: string };
  event: { id: string };
  server: { id: string };
}

const GATHER_MS = 200; // Many hints in a row cost one refetch per query, not one each.

/** One EventSource for the whole page. A hint is applied to the cache at once where that is possible, then refetched. */
export class LiveUpdates {
  private source: EventSource | null = null;
  private watched = '';
  private readonly due = new Map<string, readonly unknown[]>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly client: QueryClient) {}

  start(): void {
    this.open();
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.due.clear();
  }

  /** Asks for the activity hints of this instance as well ('' for none). */
  watch(instanceId: string): void {
    if (instanceId === this.watched) return;
    this.watched = instanceId;
    if (this.source) this.open();
  }

  private open(): void {
    this.source?.close();
    const source = new EventSource(
      this.watched ? `/api/v1/live?instance_id=${this.watched}` : '/api/v1/live',
    );
    this.source = source;
    let interrupted = false;
    source.onerror = () => {
      interrupted = true;
    };
    source.onopen = () => {
      // What was missed while the line was down is refetched as a whole.
      if (interrupted) void this.client.invalidateQueries({ predicate: isNoDraft });
      interrupted = false;
    };
    const on = <Name extends keyof Hints>(name: Name, handle: (hint: Hints[Name]) => void) => {
      source.addEventListener(name, (event: MessageEvent<string>) =>
        handle(JSON.parse(event.data) as Hints[Name]),
      );
    };
    on('job', () => this.soon(jobKeys.all, runbookKeys.all, instanceKeys.waits(), instanceKeys.children()));
    on('instance', (hint) => this.onInstance(hint));
    on('activity', (hint) => this.onActivity(hint));
    on('runbook', ({ change }) => this.onRunbook(change));
    on('event', () => this.soon(eventKeys.all));
    on('server', () => this.soon(serverKeys.all));
  }

  private onRunbook(change: string): void {
    if (change !== 'draft') this.soon(runbookKeys.all, folderKeys.all);
  }

  private onInstance(hint: InstanceHint): void {
    this.patchInstance(hint.instance_id, (instance) => ({ ...instance, status: hint.status }));
    this.soon(instanceKeys.one(hint.instance_id), instanceKeys.waits(hint.instance_id), jobKeys.all);
  }

  private onActivity(hint: ActivityHint): void {
    if (hint.status === 'in-doubt') this.soon(instanceKeys.doubts);
    if (hint.instance_id !== this.watched) return;
    this.patchInstance(hint.instance_id, (instance) => ({
      ...instance,
      activities: {
        ...instance.activities,
        [hint.activity_id]: applied(instance.activities[hint.activity_id], hint),
      },
    }));
    const { one, waits } = instanceKeys;
    this.soon(one(hint.instance_id), waits(hint.instance_id), ['instances', 'activities', hint.instance_id]);
  }

  private patchInstance(id: string, change: (instance: InstanceDetail) => InstanceDetail): void {
    this.client.setQueryData<InstanceDetail>(instanceKeys.one(id), (old) => (old ? change(old) : old));
  }

  private soon(...keys: (readonly unknown[])[]): void {
    for (const key of keys) this.due.set(JSON.stringify(key), key);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const due = [...this.due.values()];
      this.due.clear();
      for (const queryKey of due) void this.client.invalidateQueries({ queryKey, predicate: isNoDraft });
    }, GATHER_MS);
  }
}

/** What an activity's state becomes by one hint, until the refetch brings the exact counts. */
export function applied(state: ActivityState | undefined, hint: ActivityHint): ActivityState {
  const starts = hint.status === 'running';
  return {
    status: hint.status,
    executions: (state?.executions ?? 0) + (starts ? 0 : 1),
    failed: (state?.failed ?? 0) + (hint.status === 'failed' ? 1 : 0),
    running: Math.max(0, (state?.running ?? 0) + (starts ? 1 : -1)),
    last_started_at: starts ? hint.at : (state?.last_started_at ?? null),
    last_duration_seconds: hint.duration_seconds ?? state?.last_duration_seconds ?? null,
  };
}
