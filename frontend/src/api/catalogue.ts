import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { ActivityType } from './types';

export const activityTypesOptions = queryOptions({
  queryKey: ['activity-types'],
  staleTime: 5 * 60_000, // Packs change when a server starts, not while someone draws.
  queryFn: ({ signal }) => body(api.GET('/api/v1/activity-types', { signal })) as Promise<ActivityType[]>,
});
