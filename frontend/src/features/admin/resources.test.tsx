import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ComputerGroup, Counter } from '@/api/types';
import { ComputerGroupsPage } from './ComputerGroupsPage';
import { CountersPage } from './CountersPage';
import { numberOf } from './numbers';

const tries: Counter = {
  id: 'c1',
  path: 'Mail/Tries',
  value: 4,
  default_value: 1,
  minimum: 0,
  maximum: null,
  description: 'Of sending',
};
const web: ComputerGroup = {
  id: 'g1',
  path: 'Web',
  entries: [
    { kind: 'range', value: 'web[1-2]' },
    { kind: 'group', value: 'Db' },
  ],
  description: '',
};
const db: ComputerGroup = { id: 'g2', path: 'Db', entries: [{ kind: 'name', value: 'db' }], description: '' };

/** What was sent: method, path below the API, body. */
let sent: [string, string, unknown][] = [];
const record = async ({ request }: { request: Request }) => {
  const text = await request.text();
  sent.push([
    request.method,
    new URL(request.url).pathname.slice('/api/v1'.length),
    JSON.parse(text || 'null'),
  ]);
  return request.method === 'DELETE' ? new HttpResponse(null, { status: 204 }) : HttpResponse.json(tries);
};

const server = setupServer();
beforeAll(() => server.listen());
beforeEach(() => {
  sent = [];
  server.use(
    http.get('*/api/v1/counters', () => HttpResponse.json([tries])),
    http.get('*/api/v1/computer-groups', () => HttpResponse.json([db, web])),
    http.get('*/api/v1/computer-groups/g1/members', () =>
      HttpResponse.json({ computers: ['web1', 'web2', 'db'] }),
    ),
    http.all('*/api/v1/*', record),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const show = (page: ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>
    </MantineProvider>,
  );
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const enter = async (label: string | RegExp, text: string) => {
  const field = await screen.findByLabelText(label);
  await userEvent.clear(field);
  if (text) await userEvent.type(field, text);
};

it('shows counters with their bounds in words', async () => {
  show(<CountersPage />);
  const row = await screen.findByRole('row', { name: /Mail\/Tries/ });
  expect(
    within(row)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(['Mail/Tries', '4', '1', 'at least 0', 'Of sending', '']);
});

it('makes a counter; empty bounds are none', async () => {
  show(<CountersPage />);
  await press('New counter');
  await enter(/^Name/, 'Sent');
  await enter('Maximum', '9');
  await press('Save');
  const body = { path: 'Sent', default_value: 0, minimum: null, maximum: 9, description: '' };
  await waitFor(() => expect(sent).toEqual([['POST', '/counters', body]]));
});

it('changes a value in one step and never sends the value it saw', async () => {
  show(<CountersPage />);
  await press('Change the value of Mail/Tries');
  await enter(/^By/, '3');
  await press('Change value');
  await waitFor(() =>
    expect(sent).toEqual([['POST', '/counters/c1/change', { operation: 'increment', amount: 3 }]]),
  );
});

it('shows why a change was refused', async () => {
  const refusal = { title: 'No', status: 422, detail: 'Its maximum is 9.', code: 'invalid' };
  server.use(
    http.post('*/api/v1/counters/c1/change', () =>
      HttpResponse.json(refusal, { status: 422, headers: { 'Content-Type': 'application/problem+json' } }),
    ),
  );
  show(<CountersPage />);
  await press('Change the value of Mail/Tries');
  await press('Change value');
  expect(await screen.findByRole('alert')).toHaveTextContent('Its maximum is 9.');
});

it('deletes a counter after asking', async () => {
  show(<CountersPage />);
  await press('Delete Mail/Tries');
  expect(sent).toEqual([]);
  await press('Delete counter');
  await waitFor(() => expect(sent).toEqual([['DELETE', '/counters/c1', null]]));
});

it('shows what a group is made of, and whom it stands for', async () => {
  show(<ComputerGroupsPage />);
  expect(await screen.findByText('web[1-2], group Db')).toBeVisible();
  await press('Members of Web');
  const computers = await screen.findByRole('list', { name: 'Computers' });
  expect(
    within(computers)
      .getAllByRole('listitem')
      .map((each) => each.textContent),
  ).toEqual(['web1', 'web2', 'db']);
  expect(screen.getByText('3 computers')).toBeVisible();
});

it('sends the entries in their order, without empty ones', async () => {
  show(<ComputerGroupsPage />);
  await press('Change Web');
  await press('Remove entry 2');
  await press('Add an entry');
  await userEvent.selectOptions(screen.getByLabelText('Kind of entry 2'), 'Computer');
  await enter('Entry 2', 'one');
  await press('Add an entry');
  await press('Save');
  const entries = [
    { kind: 'range', value: 'web[1-2]' },
    { kind: 'name', value: 'one' },
  ];
  const body = { path: 'Web', description: '', entries };
  await waitFor(() => expect(sent).toEqual([['PATCH', '/computer-groups/g1', body]]));
});

it.each([
  [5, 5],
  ['-0.5', -0.5],
  ['', null],
  ['-', null],
])('reads %j as the number %j', (entered, number) => {
  expect(numberOf(entered)).toBe(number);
});
