import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { SignIn } from './SignIn';

const server = setupServer();
beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

async function signIn() {
  const onDone = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <SignIn onDone={onDone} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await userEvent.type(screen.getByRole('textbox', { name: 'User name' }), 'admin');
  await userEvent.type(screen.getByLabelText(/Password/), 'secret');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  return onDone;
}

it('goes on when the server knows the user', async () => {
  const user = {
    id: '1',
    name: 'admin',
    display_name: '',
    role: 'administrator',
    must_change_password: false,
  };
  server.use(http.post('*/api/v1/session', () => HttpResponse.json({ user, csrf_token: 't' })));
  const onDone = await signIn();
  await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
});

it('says that name or password is wrong, and not which', async () => {
  server.use(
    http.post('*/api/v1/session', () => HttpResponse.json({ title: 'No', status: 401 }, { status: 401 })),
  );
  const onDone = await signIn();
  expect(await screen.findByRole('alert')).toHaveTextContent('User name or password is wrong.');
  expect(onDone).not.toHaveBeenCalled();
});
