import { useMutation, useQueryClient } from '@tanstack/react-query';
import { incarnationKey } from './administration';
import { api, body } from './client';
import { jobKeys } from './jobs';

/** Lets all jobs go on that a new incarnation holds. */
export function useReleaseHeld() {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST('/api/v1/incarnation/release', { body: {} })),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: incarnationKey });
      await client.invalidateQueries({ queryKey: jobKeys.all });
    },
  });
}
