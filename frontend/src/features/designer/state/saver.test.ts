import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Draft, RunbookDocument } from '@/api/types';
import { changeRunbook } from '../model/edits';
import { drawn } from '../model/testing';
import { DraftSaver } from './saver';
import { createEditor } from './store';

const PATH = '*/api/v1/runbooks/r/draft';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const draft: Draft = {
  document: drawn(['a']),
  base_version: 1,
  saved_at: '2026-01-01T00:00:00Z',
  revision: 3,
  owner: { id: 'u', name: 'me' },
};

function begin() {
  const editor = createEditor(draft.document);
  const saver = new DraftSaver('r', editor, draft);
  saver.open();
  const type = (description: string) =>
    editor.getState().edit('d', (document) => changeRunbook(document, { description }));
  return { editor, saver, type, phase: () => saver.state.getState().phase };
}

const answer = (status: number, title: string) => HttpResponse.json({ title, status }, { status });

it('sends the document with the revision it is based on', async () => {
  const sent: { document: RunbookDocument; revision: number }[] = [];
  server.use(
    http.put(PATH, async ({ request }) => {
      sent.push((await request.json()) as (typeof sent)[number]);
      return HttpResponse.json({ revision: 4, saved_at: 'now', findings: [] });
    }),
  );
  const { saver, type, phase } = begin();
  type('new');
  expect(await saver.flush()).toBe(true);
  expect(sent).toMatchObject([{ revision: 3, document: { description: 'new' } }]);
  expect(phase()).toBe('saved');
});

it('stops at a newer draft and sends nothing more', async () => {
  const put = vi.fn(() => answer(409, 'Newer'));
  server.use(http.put(PATH, put));
  const { saver, type, phase } = begin();
  type('mine');
  await saver.flush();
  type('more');
  await saver.flush();
  expect(phase()).toBe('conflict');
  expect(put).toHaveBeenCalledTimes(1);
});

it('overwrites a newer draft only when it is told to', async () => {
  server.use(
    http.put(PATH, () => answer(409, 'Newer'), { once: true }),
    http.get(PATH, () => HttpResponse.json({ ...draft, revision: 9 })),
    http.put(PATH, () => HttpResponse.json({ revision: 10, saved_at: 'now', findings: [] })),
  );
  const { saver, type, phase } = begin();
  type('mine');
  await saver.flush();
  await saver.keepMine();
  expect([phase(), saver.state.getState().revision]).toEqual(['saved', 10]);
});

it('gives up its own version for the other when it is told to', async () => {
  server.use(
    http.put(PATH, () => answer(409, 'Newer')),
    http.get(PATH, () => HttpResponse.json({ ...draft, document: drawn(['theirs']), revision: 9 })),
  );
  const { editor, saver, type, phase } = begin();
  type('mine');
  await saver.flush();
  await saver.takeTheirs();
  expect(Object.keys(editor.getState().document.activities ?? {})).toEqual(['theirs']);
  expect(phase()).toBe('saved');
});

it('does not send again what the server rejects', async () => {
  server.use(http.put(PATH, () => answer(422, 'A name is needed')));
  const { saver, type, phase } = begin();
  type('');
  type('x');
  await saver.flush();
  expect([phase(), saver.state.getState().message]).toEqual(['rejected', 'A name is needed']);
});
