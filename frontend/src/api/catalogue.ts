import { queryOptions } from '@tanstack/react-query';
import { get } from './client';
import type { ActivityType } from './types';

export const activityTypesOptions = queryOptions({
  queryKey: ['activity-types'],
  staleTime: 5 * 60_000, // Packs change when a server starts, not while someone draws.
  queryFn: ({ signal }) => get<ActivityType[]>('/activity-types', {}, signal),
});
