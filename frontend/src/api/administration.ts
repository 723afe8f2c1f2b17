import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, body, cursorOf } from './client';
import type { OperatorEvent, Variable } from './types';
import { useWrite } from './write';

export const eventKeys = { all: ['events'] as const };
export const serverKeys = { all: ['servers'] as const };
const variableKey = ['variables'] as const;
const tokenKey = ['tokens'] as const;

export const eventsOptions = (severity?: OperatorEvent['type']) =>
  infiniteQueryOptions({
    queryKey: [...eventKeys.all, severity ?? ''],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/api/v1/events', {
          params: { query: { severity, limit: 100, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

export const auditOptions = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam, signal }) =>
    body(api.GET('/api/v1/audit', { params: { query: { limit: 100, ...cursorOf(pageParam) } }, signal })),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor,
});

export const serversOptions = queryOptions({
  queryKey: serverKeys.all,
  queryFn: ({ signal }) => body(api.GET('/api/v1/servers', { signal })),
  refetchInterval: 2_000,
});

export const healthOptions = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => body(api.GET('/api/v1/health', { signal })),
  refetchInterval: 30_000,
});

export const incarnationKey = ['incarnation'] as const;

export const incarnationOptions = queryOptions({
  queryKey: incarnationKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/incarnation', { signal })),
  refetchInterval: 15_000,
});

export const variablesOptions = queryOptions({
  queryKey: variableKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/variables', { signal })),
});

export const tokensOptions = queryOptions({
  queryKey: tokenKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/tokens', { signal })),
});

export type VariableInput = Omit<Variable, 'id' | 'value'> & { value: string };

export const useCreateVariable = () =>
  useWrite(variableKey, (input: VariableInput) => body(api.POST('/api/v1/variables', { body: input })));
export const useChangeVariable = () =>
  useWrite(variableKey, ({ id, ...change }: Partial<VariableInput> & { id: string }) =>
    body(
      api.PATCH('/api/v1/variables/{variable_id}', { params: { path: { variable_id: id } }, body: change }),
    ),
  );
export const useDeleteVariable = () =>
  useWrite(variableKey, (id: string) =>
    body(api.DELETE('/api/v1/variables/{variable_id}', { params: { path: { variable_id: id } } })),
  );

export const useCreateToken = () =>
  useWrite(tokenKey, (input: { name: string }) => body(api.POST('/api/v1/tokens', { body: input })));
export const useDeleteToken = () =>
  useWrite(tokenKey, (id: string) =>
    body(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } })),
  );
