import type { ActivityInstanceDetail, ActivityStatus, Job } from '../src/api/types';
import { executions, instances, jobs, newId } from './world';

/** Walks through a runbook step by step and tells the listeners, as the live stream of a server does. */

type Listener = (event: string, data: unknown) => void;
export const listeners = new Set<Listener>();
const tell = (event: string, data: unknown): void => listeners.forEach((listener) => listener(event, data));

const STEP_MS = 900;

export function simulate(job: Job): void {
  const instance = instances.get(job.latest_instance_id ?? '');
  if (!instance) return;
  const order = walk(instance.document);
  let at = 0;
  const step = (): void => {
    if (job.status === 'canceled') return;
    const id = order[at];
    if (id === undefined) {
      end(job, 'success');
      return;
    }
    setExecution(instance.id, id, 'running');
    setTimeout(() => {
      if (job.status === 'canceled') return;
      setExecution(instance.id, id, 'success');
      at += 1;
      step();
    }, STEP_MS);
  };
  step();
}

/** The first path through the document, in the order of its links. */
function walk(document: { activities?: object; links?: { from: string; to: string }[] }): string[] {
  const order: string[] = [];
  let id = Object.keys(document.activities ?? {})[0];
  while (id !== undefined && !order.includes(id)) {
    order.push(id);
    const from = id;
    id = document.links?.find((link) => link.from === from)?.to;
  }
  return order;
}

export function end(job: Job, status: 'success' | 'canceled' | 'failed', error: string | null = null): void {
  const instance = instances.get(job.latest_instance_id ?? '');
  const ended = { status, ended_at: new Date().toISOString(), error };
  Object.assign(job, ended);
  if (instance)
    Object.assign(instance, ended, { returned_data: status === 'success' ? [{ pid: 4711 }] : [] });
  tell('instance', { instance_id: instance?.id, job_id: job.id, runbook_id: job.runbook_id, status });
  tell('job', { job_id: job.id, runbook_id: job.runbook_id, status });
}

export function setExecution(
  instanceId: string,
  activityId: string,
  status: ActivityStatus,
  error?: string,
): void {
  const instance = instances.get(instanceId);
  const list = executions.get(instanceId);
  const activity = instance?.document.activities?.[activityId];
  if (!instance || !list || !activity) return;
  const running = list.find((each) => each.activity_id === activityId && each.status === 'running');
  const execution = running ?? begin(list, activityId, activity.name ?? activityId, activity.type);
  if (status !== 'running') finish(execution, status, error ?? null);
  instance.activities[activityId] = {
    status,
    executions: list.filter((each) => each.activity_id === activityId).length,
    failed: status === 'failed' ? 1 : 0,
    running: status === 'running' ? 1 : 0,
    last_started_at: execution.started_at,
    last_duration_seconds: execution.duration_seconds,
  };
  tell('activity', {
    instance_id: instanceId,
    activity_id: activityId,
    activity_instance_id: execution.id,
    status,
    at: new Date().toISOString(),
    duration_seconds: execution.duration_seconds,
  });
}

function begin(
  list: ActivityInstanceDetail[],
  activityId: string,
  name: string,
  type: string,
): ActivityInstanceDetail {
  const execution: ActivityInstanceDetail = {
    id: newId(),
    sequence: list.length + 1,
    activity_id: activityId,
    activity_name: name,
    type,
    status: 'running',
    started_at: new Date().toISOString(),
    ended_at: null,
    duration_seconds: null,
    error: null,
    attempt: 1,
    retry: 0,
    record: 0,
    effect: 'read',
    record_count: 0,
    origin: null,
    inputs: { process: 'nginx', computer: 'localhost' },
    records: [],
    common: { 'Activity name': name, 'Server name': 'local' },
    evidence: null,
  };
  list.push(execution);
  return execution;
}

function finish(execution: ActivityInstanceDetail, status: ActivityStatus, error: string | null): void {
  const ended = new Date();
  execution.status = status;
  execution.error = error;
  execution.ended_at = ended.toISOString();
  execution.duration_seconds = (ended.getTime() - new Date(execution.started_at).getTime()) / 1000;
  if (status === 'success') {
    execution.records = [1, 2, 3].map((n) => ({
      'Process name': 'nginx',
      'Process ID': 4710 + n,
      Memory: `${n * 12} MB`,
    }));
    execution.record_count = 3;
  }
}

export const jobOf = (id: string): Job | undefined => jobs.get(id);
