import { http, HttpResponse } from 'msw';
import { emptyDocument } from '../src/features/designer/model/document';
import { activityTypes } from './catalogue';
import { API, page, problem, text } from './answers';
import { end, listeners, simulate } from './simulation';
import {
  computerGroups,
  counters,
  drafts,
  executions,
  instances,
  jobs,
  me,
  newJob,
  runbooks,
  variables,
} from './world';

export const operations = [
  http.post(`${API}/runbooks/:id/start`, async ({ params, request }) => {
    const found = runbooks.get(text(params.id));
    if (!found) return problem(404, 'No such runbook.');
    const { parameters } = (await request.json()) as { parameters: Record<string, string> };
    const document = drafts.get(found.id)?.document ?? found.document ?? emptyDocument(found.name);
    const job = newJob(found, document, { parameters });
    simulate(job);
    return HttpResponse.json(job, { status: 201 });
  }),
  http.get(`${API}/jobs`, ({ request }) => {
    const query = new URL(request.url).searchParams;
    const [status, runbook] = [query.get('status'), query.get('runbook_id')];
    const all = [...jobs.values()].filter(
      (job) => (!status || job.status === status) && (!runbook || job.runbook_id === runbook),
    );
    return page(all.sort((a, b) => b.created_at.localeCompare(a.created_at)));
  }),
  http.get(`${API}/jobs/:id`, ({ params }) => {
    const job = jobs.get(text(params.id));
    return job ? HttpResponse.json(job) : problem(404, 'No such job.');
  }),
  http.post(`${API}/jobs/:id/stop`, ({ params }) => {
    const job = jobs.get(text(params.id));
    if (!job) return problem(404, 'No such job.');
    end(job, 'canceled');
    return HttpResponse.json(job);
  }),
  http.get(`${API}/triggers`, () => page([])),
  http.get(`${API}/jobs/:id/monitor`, () => HttpResponse.json(null)),
  http.get(`${API}/jobs/:id/instances`, ({ params }) =>
    page([...new Set(instances.values())].filter((each) => each.job_id === params.id)),
  ),
  http.get(`${API}/instances/:id`, ({ params }) => {
    const found = instances.get(text(params.id));
    return found
      ? HttpResponse.json({ ...found, previous_id: null, next_id: null, latest_id: found.id })
      : problem(404, 'No such run.');
  }),
  http.get(`${API}/instances/:id/activities`, ({ params, request }) => {
    const wanted = new URL(request.url).searchParams.get('activity_id');
    return page(
      (executions.get(text(params.id)) ?? []).filter((each) => !wanted || each.activity_id === wanted),
    );
  }),
  http.get(`${API}/activity-instances/:id`, ({ params }) => {
    const found = [...executions.values()].flat().find(({ id }) => id === params.id);
    return found ? HttpResponse.json(found) : problem(404, 'No such execution.');
  }),
  http.get(`${API}/doubts`, () =>
    HttpResponse.json(
      (executions.get('i3') ?? [])
        .filter(({ status }) => status === 'in-doubt')
        .map((each) => ({
          ...each,
          instance_id: 'i3',
          job_id: 'j3',
          runbook_name: 'Restart a process',
          reason: 'The server stopped while it ran.',
        })),
    ),
  ),
];

export const administration = [
  http.get(`${API}/activity-types`, () => HttpResponse.json(activityTypes)),
  http.get(`${API}/variables`, () => HttpResponse.json(variables)),
  http.get(`${API}/counters`, () => HttpResponse.json(counters)),
  http.get(`${API}/computer-groups`, () => HttpResponse.json(computerGroups)),
  http.get(`${API}/tokens`, () => HttpResponse.json([])),
  http.get(`${API}/events`, () =>
    page([
      {
        id: 'e1',
        at: new Date().toISOString(),
        type: 'Error',
        summary: 'Activity failed',
        details: 'Start it again: no such program',
        source: 'Restart a process',
        job_id: 'j1',
        instance_id: 'i1',
        runbook_name: 'Restart a process',
      },
      {
        id: 'e2',
        at: new Date().toISOString(),
        type: 'Information',
        summary: 'Runbook server online',
        details: '',
        source: 'local',
        job_id: null,
        instance_id: null,
        runbook_name: null,
      },
    ]),
  ),
  http.get(`${API}/audit`, () =>
    page([
      {
        id: 'a1',
        at: new Date().toISOString(),
        user: me.name,
        action: 'checked in',
        object_type: 'runbook',
        object_id: 'r1',
        object_name: 'Restart a process',
        details: { version: 3 },
        origin: '127.0.0.1',
      },
    ]),
  ),
  http.get(`${API}/servers`, () =>
    HttpResponse.json([
      {
        id: 's1',
        name: 'local',
        status: 'online',
        role: 'primary',
        version: '0.1.0',
        packs: [
          { id: 'system', version: '0.1.0' },
          { id: 'files', version: '0.1.0' },
        ],
        is_leader: true,
        machine: 'this machine',
        process_id: 4711,
        tags: ['zone=office'],
        capacity: 50,
        limit: null,
        running: 3,
        monitor_capacity: 200,
        monitors: 1,
        wanted_at: null,
        gives_work_away: false,
        last_seen_at: new Date().toISOString(),
        started_at: new Date(Date.now() - 7_200_000).toISOString(),
      },
    ]),
  ),
  http.get(`${API}/incarnation`, () =>
    HttpResponse.json({ number: 1, since: null, reason: '', held_jobs: 0 }),
  ),
  http.get(`${API}/health`, () =>
    HttpResponse.json({
      status: 'ok',
      checks: [
        { code: 'database', name: 'Database', status: 'ok', detail: 'SQLite', remedy: '', since: null },
      ],
    }),
  ),
  http.get(
    `${API}/live`,
    () => new HttpResponse(liveStream(), { headers: { 'Content-Type': 'text/event-stream' } }),
  ),
];

function liveStream(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let listener: (event: string, data: unknown) => void = () => undefined;
  return new ReadableStream({
    start(controller) {
      listener = (event, data) =>
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      controller.enqueue(encoder.encode(': hello\n\n'));
      listeners.add(listener);
    },
    cancel() {
      listeners.delete(listener);
    },
  });
}
