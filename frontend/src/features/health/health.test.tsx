import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { useContinueJob } from '@/api/jobs';
import { sessionKey } from '@/api/session';
import type { Health } from '@/api/types';
import HealthPanel from './HealthPanel';
import HeldBanner from './HeldBanner';

const check = { code: 'database', name: 'Database', detail: 'It answers', remedy: '', since: null };
const health: Health = {
  status: 'failing',
  checks: [
    { ...check, status: 'ok' },
    {
      ...check,
      code: 'servers',
      name: 'Servers',
      status: 'failing',
      detail: 'None is there.',
      remedy: 'Start one.',
    },
  ],
};
const held = { number: 2, since: '2026-11-22T10:00:00Z', reason: 'A backup was restored.', held_jobs: 3 };

const server = setupServer();
beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function show(part: ReactNode, role = 'administrator') {
  const client = new QueryClient();
  localStorage.setItem('orchestrion-signed-in', '1');
  client.setQueryData(sessionKey, { user: { role }, csrf_token: '' });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{part}</QueryClientProvider>
    </MantineProvider>,
  );
}

it('shows the gravest check first, with the way out', () => {
  show(<HealthPanel health={health} />);
  const [first, second] = screen.getAllByRole('listitem');
  expect(first).toHaveTextContent('ServersFailingNone is there.Start one.');
  expect(second).toHaveTextContent('DatabaseOK');
});

it('says that the web service does not answer', () => {
  show(<HealthPanel health={undefined} />);
  expect(screen.getByText(/does not answer/)).toBeVisible();
});

it('releases held jobs after asking', async () => {
  const sent: unknown[] = [];
  server.use(
    http.get('*/api/v1/incarnation', () => HttpResponse.json(held)),
    http.post('*/api/v1/incarnation/release', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ jobs: 3 });
    }),
  );
  show(<HeldBanner />);
  expect(await screen.findByRole('alert')).toHaveTextContent('3 jobs are held');
  await userEvent.click(screen.getByRole('button', { name: 'Release' }));
  expect(sent).toEqual([]);
  await userEvent.click(await screen.findByRole('button', { name: 'Release all' }));
  await waitFor(() => expect(sent).toEqual([{}]));
});

it('offers no release to those who may not', async () => {
  server.use(http.get('*/api/v1/incarnation', () => HttpResponse.json(held)));
  show(<HeldBanner />, 'operator');
  await screen.findByRole('alert');
  expect(screen.queryByRole('button')).toBeNull();
});

function Continue() {
  const resume = useContinueJob();
  return <button onClick={() => resume.mutate('j')}>Continue</button>;
}

it('is gone at once when the last held job was continued', async () => {
  let heldJobs = 1;
  server.use(
    http.get('*/api/v1/incarnation', () => HttpResponse.json({ ...held, held_jobs: heldJobs })),
    http.post('*/api/v1/jobs/j/continue', () => {
      heldJobs = 0;
      return HttpResponse.json({});
    }),
  );
  show(
    <>
      <HeldBanner />
      <Continue />
    </>,
  );
  expect(await screen.findByRole('alert')).toHaveTextContent('look before it goes on');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});
