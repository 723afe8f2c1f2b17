import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Job, Monitor, Trigger } from '@/api/types';
import { MonitorState } from './MonitorState';
import { StopButton } from './StopButton';
import { StopWay } from './StopWay';
import { Triggers } from './Triggers';

const REQUESTED = '2026-11-22T10:00:00Z';
const jobWith = (more: Partial<Job>): Job =>
  ({ id: 'j1', status: 'running', stop: null, ended_at: null, ...more }) as Job;
const stop = { level: 'now', requested_at: REQUESTED, acknowledged_at: null } as const;

const monitor: Monitor = {
  state: 'owned',
  server: 'north',
  armed_at: REQUESTED,
  cursor: null,
  waiting: 30,
  waiting_limit: 100,
  drops: false,
  flooded_at: null,
  dropped: 0,
  failures: 0,
  failure_limit: 5,
  quarantined_at: null,
  quarantine_reason: null,
  error: null,
  failed_at: null,
};
const trigger: Trigger = {
  id: 't1',
  job_id: 'j1',
  runbook_id: 'r1',
  runbook_path: 'Watch',
  key: 'a.csv|4711',
  at: REQUESTED,
  status: 'failed',
  published: { 'File path': '/in/a.csv' },
  instance_id: null,
  error: null,
  number: 1,
  retries: 0,
  waits_since: null,
};

/** What was sent: path below the API and body. */
let sent: [string, unknown][] = [];
const server = setupServer();
beforeAll(() => server.listen());
beforeEach(() => {
  sent = [];
  server.use(
    http.post('*/api/v1/*', async ({ request }) => {
      const text = await request.text();
      sent.push([new URL(request.url).pathname.slice('/api/v1'.length), JSON.parse(text || 'null')]);
      return HttpResponse.json({});
    }),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const show = (part: ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>{part}</QueryClientProvider>
    </MantineProvider>,
  );
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const steps = () => screen.getAllByRole('listitem').map((each) => each.textContent);

it('stops now with one click, and later by its menu', async () => {
  show(<StopButton job={jobWith({})} />);
  await press('Stop now');
  await press('Other ways to stop');
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Stop after the current activities' }));
  await waitFor(() =>
    expect(sent).toEqual([
      ['/jobs/j1/stop', { level: 'now' }],
      ['/jobs/j1/stop', { level: 'after-activity' }],
    ]),
  );
});

it('offers more after a gentle stop, and nothing after a stop now', () => {
  const { unmount } = show(<StopButton job={jobWith({ stop: { ...stop, level: 'after-activity' } })} />);
  expect(screen.getByRole('button', { name: 'Stop now' })).toBeEnabled();
  expect(screen.queryByRole('button', { name: 'Other ways to stop' })).toBeNull();
  unmount();
  show(<StopButton job={jobWith({ stop })} />);
  expect(screen.getByRole('button', { name: 'Stop now' })).toBeDisabled();
});

it('shows how far a stop has come', () => {
  show(<StopWay job={jobWith({ stop: { ...stop, acknowledged_at: '2026-11-22T10:00:02Z' } })} />);
  const [requested, taken, ended] = steps();
  expect(requested).toContain('now');
  expect(taken).toMatch(/Taken up.*after 2 s/);
  expect(ended).toContain('not yet');
});

it('leaves out the server where none had taken the job', () => {
  show(<StopWay job={jobWith({ stop, ended_at: REQUESTED })} />);
  expect(steps()).toHaveLength(2);
});

it('tells who watches and how full the queue is', async () => {
  server.use(http.get('*/api/v1/jobs/j1/monitor', () => HttpResponse.json(monitor)));
  show(<MonitorState jobId="j1" />);
  expect(await screen.findByText('north watches')).toBeVisible();
  expect(screen.getByText('30 of 100 wait')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

it('says why a monitor is in quarantine, and resumes it', async () => {
  const caught = { ...monitor, quarantined_at: REQUESTED, quarantine_reason: '5 runs in a row failed.' };
  server.use(http.get('*/api/v1/jobs/j1/monitor', () => HttpResponse.json(caught)));
  show(<MonitorState jobId="j1" />);
  expect(await screen.findByRole('alert')).toHaveTextContent('5 runs in a row failed.');
  await press('Resume');
  await waitFor(() => expect(sent).toEqual([['/jobs/j1/continue', null]]));
});

it.each([
  [true, 'dropped'],
  [false, 'watches no further'],
])('says what a flood does (drops: %s)', async (drops, words) => {
  const flooded = { ...monitor, flooded_at: REQUESTED, drops };
  server.use(http.get('*/api/v1/jobs/j1/monitor', () => HttpResponse.json(flooded)));
  show(<MonitorState jobId="j1" />);
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
});

it('retries and discards a trigger that failed', async () => {
  server.use(http.get('*/api/v1/triggers', () => HttpResponse.json({ items: [trigger], next_cursor: null })));
  show(<Triggers jobId="j1" />);
  expect(await screen.findByText('File path: /in/a.csv')).toBeVisible();
  await press('Retry the trigger');
  await press('Discard the trigger');
  await waitFor(() =>
    expect(sent.map(([path]) => path)).toEqual(['/triggers/t1/retry', '/triggers/t1/discard']),
  );
});

it('asks the server for the chosen status', async () => {
  const asked: (string | null)[] = [];
  server.use(
    http.get('*/api/v1/triggers', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('status'));
      return HttpResponse.json({ items: [], next_cursor: null });
    }),
  );
  show(<Triggers jobId="j1" />);
  await userEvent.click(await screen.findByRole('combobox', { name: 'Status of triggers' }));
  await userEvent.click(await screen.findByRole('option', { name: 'Failed' }));
  await waitFor(() => expect(asked).toEqual([null, 'failed']));
});
