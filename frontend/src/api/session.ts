import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, body, setCsrfToken } from './client';
import { isStatus } from './problem';
import type { Session } from './types';

export const sessionKey = ['session'] as const;

// Set while this browser has a session. Without it the server is not asked: the answer would be 401, and the
// browser would report an error on a page where nothing is wrong.
const MARK = 'orchestrion-signed-in';

/** The signed-in session, or null; keeps the CSRF token of the client current. */
export const sessionOptions = queryOptions({
  queryKey: sessionKey,
  staleTime: Infinity,
  queryFn: async (): Promise<Session | null> => {
    if (localStorage.getItem(MARK) === null) return null;
    try {
      return remember(await body(api.GET('/api/v1/session')));
    } catch (error) {
      if (isStatus(error, 401)) return forget();
      throw error;
    }
  },
});

/** Whether to offer what only administrators may do; the server decides anyway. */
export const useIsAdministrator = (): boolean => useQuery(sessionOptions).data?.user.role === 'administrator';

function forget(): null {
  localStorage.removeItem(MARK);
  return null;
}

function remember(session: Session): Session {
  localStorage.setItem(MARK, '1');
  setCsrfToken(session.csrf_token);
  return session;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: async (credentials: { user_name: string; password: string }) =>
      remember(await body(api.POST('/api/v1/session', { body: credentials }))),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/session')),
    onSuccess: () => {
      forget();
      client.clear();
      client.setQueryData(sessionKey, null);
    },
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (change: { current: string; new: string }) =>
      body(api.POST('/api/v1/session/password', { body: change })),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionKey }),
  });
}
