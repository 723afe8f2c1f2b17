import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import { instanceKeys } from './instances';
import { jobKeys } from './jobs';
import type { Job, RerunOrder, RerunStep, SteerOrder, Wait } from './types';

const at = (instance_id: string) => ({ path: { instance_id } });
const POLL_MS = 5_000; // Hints tell of activities and jobs; a timer that ran out tells nobody.

/** What keeps an instance from ending. */
export const waitsOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.waits(id),
    queryFn: ({ signal }): Promise<Wait[]> =>
      body(api.GET('/api/v1/instances/{instance_id}/waits', { params: at(id), signal })),
    refetchInterval: POLL_MS,
  });

/** The jobs of the runbooks that an instance invoked. */
export const childrenOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.children(id),
    queryFn: ({ signal }): Promise<Job[]> =>
      body(api.GET('/api/v1/instances/{instance_id}/children', { params: at(id), signal })),
  });

function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>, quiet = false) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { quiet },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: jobKeys.all });
      await client.invalidateQueries({ queryKey: instanceKeys.all });
    },
  });
}

/** Tells a running instance what is wanted; `quiet` for a dialog that shows its own error. */
export const useSteer = (id: string, quiet = false) =>
  useChange(
    (order: SteerOrder) =>
      body(api.POST('/api/v1/instances/{instance_id}/steer', { params: at(id), body: order })),
    quiet,
  );

export const usePauseJob = () =>
  useChange((id: string) =>
    body(api.POST('/api/v1/jobs/{job_id}/pause', { params: { path: { job_id: id } } })),
  );

/** What a rerun would reuse and what it would run. */
export const rerunPreviewOptions = (id: string, order: RerunOrder) =>
  queryOptions({
    queryKey: ['instances', 'rerun', id, order],
    enabled: order.from.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }): Promise<RerunStep[]> =>
      body(
        api.POST('/api/v1/instances/{instance_id}/rerun/preview', { params: at(id), body: order, signal }),
      ),
  });

export const useRerun = (id: string) =>
  useChange(
    (order: RerunOrder): Promise<Job> =>
      body(api.POST('/api/v1/instances/{instance_id}/rerun', { params: at(id), body: order })),
    true,
  );
