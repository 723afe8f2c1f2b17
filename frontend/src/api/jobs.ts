import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from './client';
import type { Instance, Job, Page, Trigger } from './types';

export const jobKeys = {
  all: ['jobs'] as const,
  list: (filter: JobFilter) => ['jobs', 'list', filter] as const,
  one: (id: string) => ['jobs', 'one', id] as const,
  triggers: (id: string) => ['jobs', 'triggers', id] as const,
  instances: (id: string) => ['jobs', 'instances', id] as const,
};

export interface JobFilter {
  runbook_id?: string | undefined;
  status?: string | undefined;
}

const POLL_WHEN_OPEN_MS = 15_000; // A hint may get lost; what is not ended is looked at again now and then.

export const isOpen = (status: string): boolean =>
  ['pending', 'running', 'waiting', 'stopping', 'held'].includes(status);

export const jobsOptions = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      get<Page<Job>>('/jobs', { ...filter, limit: 50, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL_WHEN_OPEN_MS,
  });

export const jobOptions = (id: string) =>
  queryOptions({
    queryKey: jobKeys.one(id),
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, {}, signal),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 3_000 : false),
  });

export const triggersOptions = (id: string) =>
  queryOptions({
    queryKey: jobKeys.triggers(id),
    queryFn: ({ signal }) => get<Trigger[]>(`/jobs/${id}/triggers`, {}, signal),
    refetchInterval: POLL_WHEN_OPEN_MS,
  });

export const jobInstancesOptions = (id: string) =>
  queryOptions({
    queryKey: jobKeys.instances(id),
    queryFn: ({ signal }) => get<Page<Instance>>(`/jobs/${id}/instances`, { limit: 100 }, signal),
    refetchInterval: POLL_WHEN_OPEN_MS,
  });

export function useStopJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Job>(`/jobs/${id}/stop`, {}),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: jobKeys.all });
      await client.invalidateQueries({ queryKey: ['instances'] });
    },
  });
}
