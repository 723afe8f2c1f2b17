import { setExecution } from './simulation';
import { executions, instances, newJob, runbooks } from './world';

/** Past jobs of the mock: a failed one, one in doubt, a waiting monitor and a row of earlier ones. */

const at = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export function fill(): void {
  const [first, second] = [runbooks.get('r1'), runbooks.get('r2')];
  if (!first?.document || !second?.document) return;
  for (let index = 14; index > 1; index -= 1) {
    newJob(first, first.document, {
      status: index % 5 === 0 ? 'warning' : index % 7 === 0 ? 'failed' : 'success',
      created_at: at(index * 47),
      started_at: at(index * 47),
      ended_at: at(index * 47 - (index % 4) - 0.2),
    });
  }
  const failed = newJob(first, first.document, {
    id: 'j1',
    status: 'failed',
    parameters: { Process: 'nginx', Attempts: 3 },
    created_at: at(13),
    started_at: at(13),
    ended_at: at(12),
    error: 'Start it again failed and no link covers it.',
  });
  past(failed.latest_instance_id ?? '', 'i1', [
    ['start', 'success'],
    ['check', 'success'],
    ['run', 'failed'],
  ]);
  newJob(second, second.document, { id: 'j2', status: 'waiting', created_at: at(300), started_at: at(300) });
  const doubt = newJob(first, first.document, {
    id: 'j3',
    status: 'held',
    created_at: at(30),
    started_at: at(30),
    reason: 'Tell the operators is in doubt.',
  });
  past(doubt.latest_instance_id ?? '', 'i3', [
    ['start', 'success'],
    ['check', 'success'],
    ['run', 'success'],
    ['mail', 'in-doubt'],
  ]);
}

function past(id: string, as: string, steps: [string, 'success' | 'failed' | 'in-doubt'][]): void {
  const instance = instances.get(id);
  if (!instance) return;
  for (const [activity, status] of steps) {
    const error =
      status === 'failed' ? 'The program /usr/bin/nginx does not exist on the server.' : undefined;
    setExecution(id, activity, 'running');
    setExecution(id, activity, status, error);
  }
  const list = executions.get(id) ?? [];
  const start = new Date(instance.started_at ?? '').getTime();
  list.forEach((execution, index) => {
    execution.started_at = new Date(start + index * 12_000).toISOString();
    execution.ended_at = new Date(start + index * 12_000 + 9_000).toISOString();
    execution.duration_seconds = 9 + index * 3;
  });
  instance.id = as;
  instances.set(as, instance);
  executions.set(as, list);
  for (const state of Object.values(instance.activities)) state.last_duration_seconds = 9;
}
