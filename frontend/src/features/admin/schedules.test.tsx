import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Schedule, ScheduleInput } from './schedule-api';
import { ALWAYS } from './schedule-words';
import { SchedulesPage } from './SchedulesPage';

const nights: Schedule = {
  ...ALWAYS,
  id: 's1',
  path: 'Sites/Nights',
  description: 'When nobody works',
  hours: ALWAYS.hours.map(() => '1'.repeat(6) + '0'.repeat(18)),
  exceptions: [{ date: '2026-12-24', ruling: 'disallow' }],
};

/** What was stored: method, path below the API, body. */
let sent: [string, string, ScheduleInput][] = [];
const record = async ({ request }: { request: Request }) => {
  const body = (await request.json()) as ScheduleInput;
  sent.push([request.method, new URL(request.url).pathname.slice('/api/v1'.length), body]);
  return HttpResponse.json(nights);
};

const server = setupServer();
beforeAll(() => server.listen());
beforeEach(() => {
  sent = [];
  server.use(
    http.get('*/api/v1/schedules', () => HttpResponse.json([nights])),
    http.get('*/api/v1/schedules/s1/runbooks', () => HttpResponse.json({ runbooks: ['Clean up'] })),
    http.post('*/api/v1/schedules/preview', () =>
      HttpResponse.json([{ start: '2026-11-23T00:00:00Z', end: '2026-11-23T06:00:00Z' }]),
    ),
    http.post('*/api/v1/schedules', record),
    http.patch('*/api/v1/schedules/s1', record),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const show = () =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <SchedulesPage />
      </QueryClientProvider>
    </MantineProvider>,
  );
/* By text and label: to ask each of the 168 buttons in the grid for its role and name takes seconds. */
const press = (text: string) => fireEvent.click(screen.getByText(text));
const open = async (name: string) => {
  show();
  await screen.findByText('Sites/Nights');
  fireEvent.click(screen.queryByLabelText(name) ?? screen.getByText(name));
  await screen.findByText('Next permitted times');
};
const enter = (label: string | RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const save = async () => {
  press('Save');
  await waitFor(() => expect(sent).toHaveLength(1));
  return sent[0]?.[2];
};

it('shows schedules in words', async () => {
  show();
  const row = await screen.findByRole('row', { name: /Sites\/Nights/ });
  const cells = within(row).getAllByRole('cell');
  const words = ['Sites/Nights', 'Every day', '0–6', '1', 'of the server', 'When nobody works', ''];
  expect(cells.map((cell) => cell.textContent)).toEqual(words);
});

it('makes a schedule that permits always', async () => {
  await open('New schedule');
  enter(/^Name/, 'Always');
  expect(await save()).toEqual({ ...ALWAYS, path: 'Always', description: '' });
});

it('chooses weekdays and weeks in their own order', async () => {
  await open('Change Sites/Nights');
  for (const word of ['Monday', 'Last', 'Monday'])
    fireEvent.click(screen.getByLabelText(word, { selector: 'input' }));
  const days = { ...ALWAYS.days, occurrences: ['first', 'second', 'third', 'fourth'] };
  expect((await save())?.days).toEqual(days);
});

it('says at the field what is wrong with days of the month', async () => {
  const detail = 'Days of the month: 32 is no day (at character 3).';
  const refusal = { title: 'No', status: 422, detail, code: 'days-of-month-invalid' };
  server.use(
    http.post('*/api/v1/schedules/preview', () =>
      HttpResponse.json(refusal, { status: 422, headers: { 'Content-Type': 'application/problem+json' } }),
    ),
  );
  await open('Change Sites/Nights');
  fireEvent.click(screen.getByLabelText('Days of the month'));
  enter(/^Days of the month \*/, '1,32');
  const field = screen.getByDisplayValue('1,32');
  await waitFor(() => expect(field).toHaveAccessibleDescription(expect.stringContaining(detail)));
  expect((await save())?.days).toEqual({ by: 'month', text: '1,32' });
});

it('shows the next permitted times as the form stands', async () => {
  await open('New schedule');
  expect(await screen.findByText('Mon, 23 Nov 2026, 00:00 – 06:00 (UTC)')).toBeVisible();
});

it('sends exceptions that have a date', async () => {
  await open('Change Sites/Nights');
  press('Add an exception');
  enter('Date of exception 2', '2026-12-31');
  enter('Ruling of exception 2', 'allow');
  fireEvent.click(screen.getByLabelText('Remove exception 1'));
  press('Add an exception');
  expect((await save())?.exceptions).toEqual([{ date: '2026-12-31', ruling: 'allow' }]);
});

it('warns before a new name that runbooks do not follow it', async () => {
  await open('Change Sites/Nights');
  expect(screen.queryByText(/Clean up/)).toBeNull();
  enter(/^Name/, 'Sites/Evenings');
  expect(await screen.findByText(/until they name another schedule: Clean up/)).toBeVisible();
});
