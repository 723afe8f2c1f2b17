import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { incarnationKey } from './administration';
import { api, body, cursorOf } from './client';
import type { JobStatus, StopLevel } from './types';

export const jobKeys = {
  all: ['jobs'] as const,
  list: (filter: JobFilter) => ['jobs', 'list', filter] as const,
  one: (id: string) => ['jobs', 'one', id] as const,
  triggers: (id: string) => ['jobs', 'triggers', id] as const,
  instances: (id: string) => ['jobs', 'instances', id] as const,
};

export interface JobFilter {
  runbook_id?: string | undefined;
  status?: JobStatus[] | undefined;
}

const at = (job_id: string) => ({ path: { job_id } });

const POLL_WHEN_OPEN_MS = 15_000; // A hint may get lost; what is not ended is looked at again now and then.

export const isOpen = (status: string): boolean =>
  ['pending', 'running', 'waiting', 'stopping', 'held'].includes(status);

export const jobsOptions = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/api/v1/jobs', {
          params: { query: { ...filter, limit: 50, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL_WHEN_OPEN_MS,
  });

export const jobOptions = (id: string) =>
  queryOptions({
    queryKey: jobKeys.one(id),
    queryFn: ({ signal }) => body(api.GET('/api/v1/jobs/{job_id}', { params: at(id), signal })),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 3_000 : false),
  });

export const jobInstancesOptions = (id: string) =>
  queryOptions({
    queryKey: jobKeys.instances(id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/jobs/{job_id}/instances', { params: { ...at(id), query: { limit: 100 } }, signal }),
      ),
    refetchInterval: POLL_WHEN_OPEN_MS,
  });

/** A change of a job: its instances, and how many jobs an incarnation holds, may be others afterwards. */
function useJobChange<Output>(mutationFn: (id: string) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(
        [jobKeys.all, ['instances'], incarnationKey].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

/** Ends what runs now, or starts nothing more and lets the current activities end. */
export const useStopJob = (level: StopLevel = 'now') =>
  useJobChange((id) => body(api.POST('/api/v1/jobs/{job_id}/stop', { params: at(id), body: { level } })));

/** Lets a held job go on where it stood; activities in doubt are answered one by one instead. */
export const useContinueJob = () =>
  useJobChange((id) => body(api.POST('/api/v1/jobs/{job_id}/continue', { params: at(id) })));
