import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import { isOpen } from './jobs';
import type { InstanceDetail, Row } from './types';

export const instanceKeys = {
  all: ['instances'] as const,
  one: (id: string) => ['instances', 'one', id] as const,
  activities: (id: string, activityId?: string) => ['instances', 'activities', id, activityId ?? ''] as const,
  activity: (id: string) => ['instances', 'activity', id] as const,
  doubts: ['instances', 'doubts'] as const,
  /** Of all instances, or of one. */
  waits: (id?: string) => ['instances', 'waits', ...(id ? [id] : [])] as const,
  children: (id?: string) => ['instances', 'children', ...(id ? [id] : [])] as const,
};

export const instanceOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.one(id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/instances/{instance_id}', { params: { path: { instance_id: id } }, signal }),
      ) as unknown as Promise<InstanceDetail>,
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 3_000 : false),
  });

export const activityInstancesOptions = (id: string, activityId?: string) =>
  infiniteQueryOptions({
    queryKey: instanceKeys.activities(id, activityId),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/api/v1/instances/{instance_id}/activities', {
          params: {
            path: { instance_id: id },
            query: { activity_id: activityId, limit: 200, cursor: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.next_cursor === null ? null : Number(page.next_cursor)),
  });

export const activityInstanceOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.activity(id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/activity-instances/{execution_id}', {
          params: { path: { execution_id: id } },
          signal,
        }),
      ),
  });

export const doubtsOptions = queryOptions({
  queryKey: instanceKeys.doubts,
  queryFn: ({ signal }) => body(api.GET('/api/v1/doubts', { signal })),
  refetchInterval: 30_000,
});

export interface Answer {
  answer: 'succeeded' | 'repeat' | 'fail';
  records: Row[];
  comment: string;
}

export function useAnswerDoubt(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: Answer) =>
      body(
        api.POST('/api/v1/activity-instances/{execution_id}/answer', {
          params: { path: { execution_id: id } },
          body: answer,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: instanceKeys.all }),
  });
}
