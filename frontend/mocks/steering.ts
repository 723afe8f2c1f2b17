import { http, HttpResponse } from 'msw';
import type { RerunStep, SteerOrder, Wait } from '../src/api/types';
import { API, problem, text } from './answers';
import { simulate } from './simulation';
import { executions, instances, newJob, runbooks } from './world';

/** Waits, wishes and reruns: enough of them to try the page of a run. */
export const steering = [
  http.get(`${API}/instances/:id/waits`, ({ params }) => {
    const open = (executions.get(text(params.id)) ?? []).filter(({ status }) => status === 'running');
    return HttpResponse.json(
      open.map(({ activity_id, activity_name }): Wait => ({
        kind: 'activity',
        activity_id,
        activity_name,
        why: `'${activity_name}' runs.`,
        due: null,
        key: '',
        child_job_id: null,
        inputs: null,
      })),
    );
  }),
  http.get(`${API}/instances/:id/children`, () => HttpResponse.json([])),
  http.post(`${API}/instances/:id/steer`, async ({ params, request }) => {
    const found = instances.get(text(params.id));
    const { wish } = (await request.json()) as SteerOrder;
    if (!found) return problem(404, 'No such run.');
    if (wish === 'pause') Object.assign(found, { status: 'held', reason: 'Paused by admin.' });
    if (wish === 'continue') Object.assign(found, { status: 'running', reason: null });
    return HttpResponse.json(found);
  }),
  http.post(`${API}/instances/:id/rerun/preview`, async ({ params, request }) => {
    const { from } = (await request.json()) as { from: string[] };
    const ids = Object.entries(instances.get(text(params.id))?.document.activities ?? {});
    const begin = ids.findIndex(([id]) => from.includes(id));
    const steps = ids.map(([id, { name }], index): RerunStep => {
      const isAgain = begin >= 0 && index >= begin;
      return {
        activity_id: id,
        activity_name: name ?? id,
        verdict: isAgain ? 'runs again' : 'reused',
        executions: 1,
        effect: isAgain ? 'once' : null,
        why: isAgain
          ? 'It is where the rerun begins, or follows from there.'
          : 'Nothing before it has changed.',
      };
    });
    return HttpResponse.json(steps);
  }),
  http.post(`${API}/instances/:id/rerun`, ({ params }) => {
    const found = instances.get(text(params.id));
    const runbook = runbooks.get(found?.runbook_id ?? '');
    if (!found || !runbook) return problem(404, 'No such run.');
    const job = newJob(runbook, found.document, { rerun_of: found.id });
    simulate(job);
    return HttpResponse.json(job, { status: 201 });
  }),
];
