import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { sessionKey } from '@/api/session';
import type { RunbookServer } from '@/api/types';
import { ServersPage } from './ServersPage';

const serverNamed = (name: string, role: string, more: Partial<RunbookServer> = {}): RunbookServer => ({
  id: name,
  name,
  status: 'online',
  role,
  is_leader: role === 'primary',
  version: '0.1.0',
  machine: 'host',
  process_id: 1,
  tags: ['zone=dmz'],
  packs: [{ id: 'system', version: '1' }],
  capacity: 50,
  limit: null,
  running: 5,
  monitor_capacity: 200,
  monitors: 0,
  last_seen_at: new Date().toISOString(),
  started_at: '2026-11-22T10:00:00Z',
  wanted_at: null,
  gives_work_away: false,
  ...more,
});
const servers = [
  serverNamed('north', 'primary'),
  serverNamed('south', 'standby 1', { limit: 5 }),
  serverNamed('west', 'standby 2', { status: 'offline' }),
];

/** What was sent: method, path below the API, body. */
let sent: [string, string, unknown][] = [];
const api = setupServer();
beforeAll(() => api.listen());
beforeEach(() => {
  sent = [];
  localStorage.setItem('orchestrion-signed-in', '1');
  api.use(
    http.get('*/api/v1/servers', () => HttpResponse.json(servers)),
    http.get('*/api/v1/enrolment-tokens', () => HttpResponse.json([])),
    http.all('*/api/v1/*', async ({ request }) => {
      const text = await request.text();
      const path = new URL(request.url).pathname.slice('/api/v1'.length);
      sent.push([request.method, path, JSON.parse(text || 'null')]);
      return path.endsWith('mote') ? HttpResponse.json(servers) : HttpResponse.json({ token: 'once-only' });
    }),
  );
});
afterEach(() => api.resetHandlers());
afterAll(() => api.close());

function show(role = 'administrator') {
  const client = new QueryClient();
  client.setQueryData(sessionKey, { user: { role }, csrf_token: '' });
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <ServersPage />
      </QueryClientProvider>
    </MantineProvider>,
  );
}
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const choose = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole('menuitem', { name }));

it('shows each server with its place, state and load', async () => {
  show();
  const south = within(await screen.findByRole('article', { name: 'south' }));
  expect(south.getByText('standby 1')).toBeVisible();
  expect(south.getByText(/5 of 5/)).toHaveTextContent('5 of 5 (could take 50)');
  const west = within(screen.getByRole('article', { name: 'west' }));
  expect(west.getByText('Offline')).toBeVisible();
});

it('moves a server by its buttons', async () => {
  show();
  await press('Promote west');
  await press('Demote north');
  await waitFor(() =>
    expect(sent).toEqual([
      ['POST', '/servers/west/promote', { to_primary: false }],
      ['POST', '/servers/north/demote', null],
    ]),
  );
  expect(screen.getByRole('button', { name: 'Promote north' })).toBeDisabled();
});

it('makes a server the primary by dropping it on the first place', async () => {
  show();
  const [first, , third] = (await screen.findAllByRole('article')).map((card) => card.closest('li'));
  if (!first || !third) throw new Error('cards are missing');
  fireEvent.dragStart(third);
  fireEvent.dragOver(first);
  fireEvent.drop(first);
  await waitFor(() => expect(sent).toEqual([['POST', '/servers/west/promote', { to_primary: true }]]));
});

it('drains, and resumes only what does not work', async () => {
  show();
  await press('More for north');
  expect(screen.queryByRole('menuitem', { name: 'Resume' })).toBeNull();
  await choose(/^Drain now/);
  await waitFor(() => expect(sent).toEqual([['POST', '/servers/north/drain', { now: true }]]));
});

it('takes a limit away when the field is empty', async () => {
  show();
  await press('More for south');
  await choose('Limit…');
  await userEvent.clear(await screen.findByLabelText('Runs at once'));
  await press('Save');
  await waitFor(() => expect(sent).toEqual([['PUT', '/servers/south/limit', { limit: null }]]));
});

it('shows a new enrolment token once', async () => {
  show();
  await press('Add a server');
  await press('Make a token');
  expect(await screen.findByText('once-only')).toBeVisible();
  expect(sent).toEqual([['POST', '/enrolment-tokens', { uses: 1, hours: 24, tags: [] }]]);
  await press('Hide the token');
  expect(screen.queryByText('once-only')).toBeNull();
});

it('offers nothing to those who may not manage servers', async () => {
  show('operator');
  await screen.findByRole('article', { name: 'north' });
  expect(screen.queryAllByRole('button')).toEqual([]);
});
