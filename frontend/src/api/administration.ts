import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch, post, remove } from './client';
import type { ApiToken, AuditEntry, Health, OperatorEvent, Page, RunbookServer, Variable } from './types';

export const eventKeys = { all: ['events'] as const };
export const serverKeys = { all: ['servers'] as const };
const variableKey = ['variables'] as const;
const tokenKey = ['tokens'] as const;

export const eventsOptions = (severity?: string) =>
  infiniteQueryOptions({
    queryKey: [...eventKeys.all, severity ?? ''],
    queryFn: ({ pageParam, signal }) =>
      get<Page<OperatorEvent>>('/events', { severity, limit: 100, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

export const auditOptions = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam, signal }) =>
    get<Page<AuditEntry>>('/audit', { limit: 100, cursor: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor,
});

export const serversOptions = queryOptions({
  queryKey: serverKeys.all,
  queryFn: ({ signal }) => get<RunbookServer[]>('/servers', {}, signal),
  refetchInterval: 15_000,
});

export const healthOptions = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => get<Health>('/health', {}, signal),
  refetchInterval: 30_000,
});

export const variablesOptions = queryOptions({
  queryKey: variableKey,
  queryFn: ({ signal }) => get<Variable[]>('/variables', {}, signal),
});

export const tokensOptions = queryOptions({
  queryKey: tokenKey,
  queryFn: ({ signal }) => get<ApiToken[]>('/tokens', {}, signal),
});

function useWrite<Input, Output>(key: readonly string[], mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: key }) });
}

export type VariableInput = Omit<Variable, 'id'>;

export const useCreateVariable = () =>
  useWrite(variableKey, (input: VariableInput) => post<Variable>('/variables', input));
export const useChangeVariable = () =>
  useWrite(variableKey, ({ id, ...change }: Partial<VariableInput> & { id: string }) =>
    patch<Variable>(`/variables/${id}`, change),
  );
export const useDeleteVariable = () => useWrite(variableKey, (id: string) => remove(`/variables/${id}`));

export const useCreateToken = () =>
  useWrite(tokenKey, (input: { name: string }) => post<ApiToken>('/tokens', input));
export const useDeleteToken = () => useWrite(tokenKey, (id: string) => remove(`/tokens/${id}`));
