import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body, cursorOf } from './client';
import { jobKeys } from './jobs';
import type { Monitor, TriggerStatus } from './types';

const POLL_MS = 5_000; // What a monitor sees while its instances wait makes no hint.
const at = (trigger_id: string) => ({ path: { trigger_id } });

/** What the monitor of a job saw, newest first. */
export const triggersOptions = (jobId: string, status: TriggerStatus | null) =>
  infiniteQueryOptions({
    queryKey: [...jobKeys.triggers(jobId), status ?? ''],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/api/v1/triggers', {
          params: {
            query: {
              job_id: jobId,
              limit: 50,
              ...(status ? { status: [status] } : {}),
              ...cursorOf(pageParam),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL_MS,
  });

/** How the monitor of a job stands; null when it has none or waits for its turn. */
export const monitorOptions = (jobId: string) =>
  queryOptions({
    queryKey: [...jobKeys.all, 'monitor', jobId],
    queryFn: ({ signal }): Promise<Monitor | null> =>
      body(api.GET('/api/v1/jobs/{job_id}/monitor', { params: { path: { job_id: jobId } }, signal })),
    refetchInterval: POLL_MS,
  });

function useTriggerChange(
  path: '/api/v1/triggers/{trigger_id}/retry' | '/api/v1/triggers/{trigger_id}/discard',
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => body(api.POST(path, { params: at(id) })),
    onSettled: () => client.invalidateQueries({ queryKey: jobKeys.all }),
  });
}

/** Starts another instance of a trigger whose instance ended badly. */
export const useRetryTrigger = () => useTriggerChange('/api/v1/triggers/{trigger_id}/retry');

/** Nothing more is to be done about a trigger that waits or failed. */
export const useDiscardTrigger = () => useTriggerChange('/api/v1/triggers/{trigger_id}/discard');
