import { http, HttpResponse } from 'msw';
import type { Draft, Runbook, RunbookDocument, Session } from '../src/api/types';
import { emptyDocument } from '../src/features/designer/model/document';
import { parametersOf } from '../src/features/designer/model/parameters';
import { activityTypes } from './catalogue';
import { fill } from './history';
import { end, listeners, simulate } from './simulation';
import {
  check,
  drafts,
  executions,
  folders,
  instances,
  jobs,
  me,
  newId,
  newJob,
  runbooks,
  variables,
} from './world';

const API = '*/api/v1';
fill();

export const state = { signedIn: false, mustChange: true };
const session = (): Session => ({
  user: {
    id: me.id,
    name: me.name,
    display_name: 'Administrator',
    role: 'administrator',
    must_change_password: state.mustChange,
  },
  csrf_token: 'token',
});

const problem = (status: number, title: string, more: object = {}) =>
  HttpResponse.json({ type: 'about:blank', title, status, detail: title, code: 'mock', ...more }, { status });
const page = <T>(items: T[]) => HttpResponse.json({ items, next_cursor: null });
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const summary = ({ document: _document, ...rest }: Runbook) => rest;

const sessions = [
  http.get(`${API}/session`, () =>
    state.signedIn ? HttpResponse.json(session()) : problem(401, 'Sign in first.'),
  ),
  http.post(`${API}/session`, async ({ request }) => {
    const { password } = (await request.json()) as { password: string };
    if (password === 'wrong') return problem(401, 'User name or password is wrong.');
    state.signedIn = true;
    return HttpResponse.json(session());
  }),
  http.delete(`${API}/session`, () => {
    state.signedIn = false;
    return new HttpResponse(null, { status: 204 });
  }),
  http.post(`${API}/session/password`, () => {
    state.mustChange = false;
    return new HttpResponse(null, { status: 204 });
  }),
];

const library = [
  http.get(`${API}/folders`, () => HttpResponse.json(folders)),
  http.post(`${API}/folders`, async ({ request }) => {
    const { parent_id, name } = (await request.json()) as { parent_id: string; name: string };
    const parent = folders.find((folder) => folder.id === parent_id);
    const made = { id: newId(), parent_id, name, path: `${parent?.path ?? ''}/${name}`, runbook_count: 0 };
    folders.push(made);
    return HttpResponse.json(made, { status: 201 });
  }),
  http.patch(`${API}/folders/:id`, async ({ params, request }) => {
    const folder = folders.find(({ id }) => id === params['id']);
    return folder
      ? HttpResponse.json(Object.assign(folder, await request.json()))
      : problem(404, 'No such folder.');
  }),
  http.delete(`${API}/folders/:id`, ({ params }) => {
    const at = folders.findIndex(({ id }) => id === params['id']);
    if ((folders[at]?.runbook_count ?? 0) > 0) return problem(409, 'The folder is not empty.');
    folders.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get(`${API}/runbooks`, ({ request }) => {
    const query = new URL(request.url).searchParams;
    const [folder, search] = [query.get('folder_id'), query.get('search')?.toLowerCase()];
    const all = [...runbooks.values()].filter(
      (each) =>
        (!folder || each.folder_id === folder) && (!search || each.name.toLowerCase().includes(search)),
    );
    return page(all.map(summary));
  }),
  http.post(`${API}/runbooks`, async ({ request }) => {
    const { folder_id, name } = (await request.json()) as { folder_id: string; name: string };
    const id = newId();
    const folder = folders.find((each) => each.id === folder_id);
    const at = new Date().toISOString();
    const made: Runbook = {
      id,
      folder_id,
      name,
      path: `${folder?.path ?? ''}/${name}`,
      description: '',
      version: null,
      is_monitor: false,
      checked_out_by: me,
      checked_out_at: at,
      updated_at: at,
      active_jobs: 0,
      last_job: null,
      document: null,
      parameters: [],
      returned_data: [],
    };
    runbooks.set(id, made);
    drafts.set(id, {
      document: emptyDocument(name),
      base_version: null,
      saved_at: at,
      revision: 1,
      owner: me,
    });
    return HttpResponse.json(made, { status: 201 });
  }),
  http.get(`${API}/runbooks/:id`, ({ params }) => {
    const found = runbooks.get(text(params['id']));
    return found ? HttpResponse.json(found) : problem(404, 'No such runbook.');
  }),
  http.delete(`${API}/runbooks/:id`, ({ params }) => {
    runbooks.delete(text(params['id']));
    return new HttpResponse(null, { status: 204 });
  }),
];

const authoring = [
  http.get(`${API}/runbooks/:id/draft`, ({ params }) => {
    const draft = drafts.get(text(params['id']));
    return draft ? HttpResponse.json(draft) : problem(404, 'It is not checked out.');
  }),
  http.put(`${API}/runbooks/:id/draft`, async ({ params, request }) => {
    const draft = drafts.get(text(params['id']));
    const { document, revision } = (await request.json()) as { document: RunbookDocument; revision: number };
    if (!draft || draft.revision !== revision)
      return problem(409, 'Somebody saved a newer draft.', { owner: me.name });
    Object.assign(draft, { document, revision: revision + 1, saved_at: new Date().toISOString() });
    return HttpResponse.json({
      revision: draft.revision,
      saved_at: draft.saved_at,
      findings: check(document),
    });
  }),
  http.post(`${API}/runbooks/check`, async ({ request }) => {
    const { document } = (await request.json()) as { document: RunbookDocument };
    return HttpResponse.json({ findings: check(document) });
  }),
  http.post(`${API}/runbooks/:id/check-out`, ({ params }) => {
    const found = runbooks.get(text(params['id']));
    if (!found) return problem(404, 'No such runbook.');
    const draft: Draft = {
      document: found.document ?? emptyDocument(found.name),
      base_version: found.version,
      saved_at: new Date().toISOString(),
      revision: 1,
      owner: me,
    };
    drafts.set(found.id, draft);
    Object.assign(found, { checked_out_by: me, checked_out_at: draft.saved_at });
    return HttpResponse.json(draft);
  }),
  http.post(`${API}/runbooks/:id/check-in`, ({ params }) => {
    const [found, draft] = [runbooks.get(text(params['id'])), drafts.get(text(params['id']))];
    if (!found || !draft) return problem(409, 'It is not checked out.');
    const findings = check(draft.document);
    if (findings.some(({ severity }) => severity === 'error'))
      return problem(422, 'It has errors.', { findings });
    drafts.delete(found.id);
    const version = (found.version ?? 0) + 1;
    Object.assign(found, {
      version,
      document: draft.document,
      name: draft.document.name,
      checked_out_by: null,
    });
    found.parameters = parametersOf(draft.document);
    return HttpResponse.json({ version, findings });
  }),
  http.post(`${API}/runbooks/:id/undo-check-out`, ({ params }) => {
    drafts.delete(text(params['id']));
    Object.assign(runbooks.get(text(params['id'])) ?? {}, { checked_out_by: null });
    return new HttpResponse(null, { status: 204 });
  }),
  http.get(`${API}/runbooks/:id/versions`, ({ params }) => {
    const count = runbooks.get(text(params['id']))?.version ?? 0;
    return HttpResponse.json(
      Array.from({ length: count }, (_, index) => ({
        version: count - index,
        checked_in_by: me.name,
        checked_in_at: new Date(Date.now() - index * 86_400_000).toISOString(),
        comment: 'Smaller steps',
      })),
    );
  }),
  http.get(`${API}/runbooks/:id/versions/:n`, ({ params }) =>
    HttpResponse.json({ version: Number(params['n']), document: runbooks.get(text(params['id']))?.document }),
  ),
];

const operations = [
  http.post(`${API}/runbooks/:id/start`, async ({ params, request }) => {
    const found = runbooks.get(text(params['id']));
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
    const job = jobs.get(text(params['id']));
    return job ? HttpResponse.json(job) : problem(404, 'No such job.');
  }),
  http.post(`${API}/jobs/:id/stop`, ({ params }) => {
    const job = jobs.get(text(params['id']));
    if (!job) return problem(404, 'No such job.');
    end(job, 'canceled');
    return HttpResponse.json(job);
  }),
  http.get(`${API}/jobs/:id/triggers`, () => HttpResponse.json([])),
  http.get(`${API}/jobs/:id/instances`, ({ params }) =>
    page([...new Set(instances.values())].filter((each) => each.job_id === params['id'])),
  ),
  http.get(`${API}/instances/:id`, ({ params }) => {
    const found = instances.get(text(params['id']));
    return found
      ? HttpResponse.json({ ...found, previous_id: null, next_id: null, latest_id: found.id })
      : problem(404, 'No such run.');
  }),
  http.get(`${API}/instances/:id/activities`, ({ params, request }) => {
    const wanted = new URL(request.url).searchParams.get('activity_id');
    return page(
      (executions.get(text(params['id'])) ?? []).filter((each) => !wanted || each.activity_id === wanted),
    );
  }),
  http.get(`${API}/activity-instances/:id`, ({ params }) => {
    const found = [...executions.values()].flat().find(({ id }) => id === params['id']);
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

const administration = [
  http.get(`${API}/activity-types`, () => HttpResponse.json(activityTypes)),
  http.get(`${API}/variables`, () => HttpResponse.json(variables)),
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
        capacity: 50,
        running: 3,
        last_seen_at: new Date().toISOString(),
        started_at: new Date(Date.now() - 7_200_000).toISOString(),
      },
    ]),
  ),
  http.get(`${API}/health`, () =>
    HttpResponse.json({ status: 'ok', checks: [{ name: 'database', status: 'ok', detail: 'SQLite' }] }),
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

export const handlers = [...sessions, ...authoring, ...library, ...operations, ...administration];
