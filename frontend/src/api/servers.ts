import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { serverKeys } from './administration';
import { api, body } from './client';
import type { EnrolmentToken, RunbookServer } from './types';
import { useWrite } from './write';

const tokenKey = ['enrolment-tokens'] as const;
const at = (server_id: string) => ({ params: { path: { server_id } } });

/** What people want of a runbook server. */
export type ServerOrder =
  | { wish: 'drain'; now: boolean }
  | { wish: 'maintain' }
  | { wish: 'resume' }
  | { wish: 'remove' }
  | { wish: 'reset' }
  | { wish: 'limit'; limit: number | null };

async function send(id: string, order: ServerOrder): Promise<void> {
  switch (order.wish) {
    case 'drain':
      await api.POST('/api/v1/servers/{server_id}/drain', { ...at(id), body: { now: order.now } });
      break;
    case 'maintain':
      await api.POST('/api/v1/servers/{server_id}/maintenance', { ...at(id), body: { on: true } });
      break;
    case 'resume':
      await api.POST('/api/v1/servers/{server_id}/resume', at(id));
      break;
    case 'remove':
      await api.DELETE('/api/v1/servers/{server_id}', at(id));
      break;
    case 'reset':
      await api.DELETE('/api/v1/servers/{server_id}/credential', at(id));
      break;
    case 'limit':
      await api.PUT('/api/v1/servers/{server_id}/limit', { ...at(id), body: { limit: order.limit } });
  }
}

/** One order to one server; `quiet` for a dialog that shows its own error. */
export function useServerOrder(id: string, quiet = false) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: ServerOrder) => send(id, order),
    meta: { quiet },
    onSettled: () => client.invalidateQueries({ queryKey: serverKeys.all }),
  });
}

/** Puts a server at another place of the order: the API moves by one place, or to the first. */
export function useMoveServer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, from, to }: { id: string; from: number; to: number }) => {
      let order: RunbookServer[] = [];
      if (to === 0) order = await promote(id, true);
      else
        for (let place = from; place !== to; place += Math.sign(to - from))
          order = await (to < from ? promote(id, false) : demote(id));
      return order;
    },
    onSuccess: (order) => client.setQueryData(serverKeys.all, order),
    onSettled: () => client.invalidateQueries({ queryKey: serverKeys.all }),
  });
}

const promote = (id: string, to_primary: boolean) =>
  body(api.POST('/api/v1/servers/{server_id}/promote', { ...at(id), body: { to_primary } }));
const demote = (id: string) => body(api.POST('/api/v1/servers/{server_id}/demote', at(id)));

export const enrolmentTokensOptions = queryOptions({
  queryKey: tokenKey,
  queryFn: ({ signal }): Promise<EnrolmentToken[]> => body(api.GET('/api/v1/enrolment-tokens', { signal })),
});

export const useCreateEnrolmentToken = () =>
  useWrite(tokenKey, (order: { uses: number; hours: number; tags: string[] }) =>
    body(api.POST('/api/v1/enrolment-tokens', { body: order })),
  );

export const useRevokeEnrolmentToken = () =>
  useWrite(tokenKey, (id: string) =>
    body(api.DELETE('/api/v1/enrolment-tokens/{token_id}', { params: { path: { token_id: id } } })),
  );
