import { http, HttpResponse } from 'msw';
import type { Draft, Runbook, RunbookDocument } from '../src/api/types';
import { emptyDocument } from '../src/features/designer/model/document';
import { parametersOf } from '../src/features/designer/model/parameters';
import { API, page, problem, summary, text } from './answers';
import { check, drafts, folders, me, newId, runbooks } from './world';

export const library = [
  http.get(`${API}/folders`, () => HttpResponse.json(folders)),
  http.post(`${API}/folders`, async ({ request }) => {
    const { parent_id, name } = (await request.json()) as { parent_id: string; name: string };
    const parent = folders.find((folder) => folder.id === parent_id);
    const made = { id: newId(), parent_id, name, path: `${parent?.path ?? ''}/${name}`, runbook_count: 0 };
    folders.push(made);
    return HttpResponse.json(made, { status: 201 });
  }),
  http.patch(`${API}/folders/:id`, async ({ params, request }) => {
    const folder = folders.find(({ id }) => id === params.id);
    return folder
      ? HttpResponse.json(Object.assign(folder, await request.json()))
      : problem(404, 'No such folder.');
  }),
  http.delete(`${API}/folders/:id`, ({ params }) => {
    const at = folders.findIndex(({ id }) => id === params.id);
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
    const found = runbooks.get(text(params.id));
    return found ? HttpResponse.json(found) : problem(404, 'No such runbook.');
  }),
  http.delete(`${API}/runbooks/:id`, ({ params }) => {
    runbooks.delete(text(params.id));
    return new HttpResponse(null, { status: 204 });
  }),
];

export const authoring = [
  http.get(`${API}/runbooks/:id/draft`, ({ params }) => {
    const draft = drafts.get(text(params.id));
    return draft ? HttpResponse.json(draft) : problem(404, 'It is not checked out.');
  }),
  http.put(`${API}/runbooks/:id/draft`, async ({ params, request }) => {
    const draft = drafts.get(text(params.id));
    const { document, revision } = (await request.json()) as { document: RunbookDocument; revision: number };
    if (draft?.revision !== revision)
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
    const found = runbooks.get(text(params.id));
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
    const [found, draft] = [runbooks.get(text(params.id)), drafts.get(text(params.id))];
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
    drafts.delete(text(params.id));
    Object.assign(runbooks.get(text(params.id)) ?? {}, { checked_out_by: null });
    return new HttpResponse(null, { status: 204 });
  }),
  http.get(`${API}/runbooks/:id/versions`, ({ params }) => {
    const count = runbooks.get(text(params.id))?.version ?? 0;
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
    HttpResponse.json({ version: Number(params.n), document: runbooks.get(text(params.id))?.document }),
  ),
];
