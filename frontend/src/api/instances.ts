import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from './client';
import { isOpen } from './jobs';
import type { ActivityInstance, ActivityInstanceDetail, Doubt, InstanceDetail, Page, Row } from './types';

export const instanceKeys = {
  all: ['instances'] as const,
  one: (id: string) => ['instances', 'one', id] as const,
  activities: (id: string, activityId?: string) => ['instances', 'activities', id, activityId ?? ''] as const,
  activity: (id: string) => ['instances', 'activity', id] as const,
  doubts: ['instances', 'doubts'] as const,
};

export const instanceOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.one(id),
    queryFn: ({ signal }) => get<InstanceDetail>(`/instances/${id}`, {}, signal),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 3_000 : false),
  });

export const activityInstancesOptions = (id: string, activityId?: string) =>
  infiniteQueryOptions({
    queryKey: instanceKeys.activities(id, activityId),
    queryFn: ({ pageParam, signal }) =>
      get<Page<ActivityInstance>>(
        `/instances/${id}/activities`,
        { activity_id: activityId, limit: 200, cursor: pageParam },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

export const activityInstanceOptions = (id: string) =>
  queryOptions({
    queryKey: instanceKeys.activity(id),
    queryFn: ({ signal }) => get<ActivityInstanceDetail>(`/activity-instances/${id}`, {}, signal),
  });

export const doubtsOptions = queryOptions({
  queryKey: instanceKeys.doubts,
  queryFn: ({ signal }) => get<Doubt[]>('/doubts', {}, signal),
  refetchInterval: 30_000,
});

export interface Answer {
  answer: 'succeeded' | 'repeat' | 'fail';
  records?: Row[];
  comment: string;
}

export function useAnswerDoubt(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: Answer) => post<ActivityInstance>(`/activity-instances/${id}/answer`, answer),
    onSettled: () => client.invalidateQueries({ queryKey: instanceKeys.all }),
  });
}
