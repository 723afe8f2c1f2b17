import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { ComputerGroup, Counter, CounterOperation } from './types';
import { useWrite } from './write';

const counterKey = ['counters'] as const;
const groupKey = ['computer-groups'] as const;
export const scheduleKey = ['schedules'] as const;

/* Runbooks count while somebody looks. */
export const countersOptions = queryOptions({
  queryKey: counterKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/counters', { signal })),
  refetchInterval: 15_000,
});

export const computerGroupsOptions = queryOptions({
  queryKey: groupKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/computer-groups', { signal })),
});

export const schedulesOptions = queryOptions({
  queryKey: scheduleKey,
  queryFn: ({ signal }) => body(api.GET('/api/v1/schedules', { signal })),
});

export const groupMembersOptions = (id: string) =>
  queryOptions({
    queryKey: [...groupKey, id, 'members'],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/computer-groups/{group_id}/members', {
          params: { path: { group_id: id } },
          signal,
        }),
      ),
  });

export type CounterInput = Omit<Counter, 'id' | 'value'>;

const counterAt = (id: string) => ({ params: { path: { counter_id: id } } });

export const useCreateCounter = () =>
  useWrite(counterKey, (input: CounterInput) => body(api.POST('/api/v1/counters', { body: input })));
export const useChangeCounter = () =>
  useWrite(counterKey, ({ id, ...change }: CounterInput & { id: string }) =>
    body(api.PATCH('/api/v1/counters/{counter_id}', { ...counterAt(id), body: change })),
  );
export const useDeleteCounter = () =>
  useWrite(counterKey, (id: string) => body(api.DELETE('/api/v1/counters/{counter_id}', counterAt(id))));

export interface ValueInput {
  id: string;
  operation: CounterOperation;
  amount: number | null;
}

export const useChangeCounterValue = () =>
  useWrite(counterKey, ({ id, ...change }: ValueInput) =>
    body(api.POST('/api/v1/counters/{counter_id}/change', { ...counterAt(id), body: change })),
  );

export type ComputerGroupInput = Omit<ComputerGroup, 'id'>;

const groupAt = (id: string) => ({ params: { path: { group_id: id } } });

export const useCreateComputerGroup = () =>
  useWrite(groupKey, (input: ComputerGroupInput) =>
    body(api.POST('/api/v1/computer-groups', { body: input })),
  );
export const useChangeComputerGroup = () =>
  useWrite(groupKey, ({ id, ...change }: ComputerGroupInput & { id: string }) =>
    body(api.PATCH('/api/v1/computer-groups/{group_id}', { ...groupAt(id), body: change })),
  );
export const useDeleteComputerGroup = () =>
  useWrite(groupKey, (id: string) => body(api.DELETE('/api/v1/computer-groups/{group_id}', groupAt(id))));
