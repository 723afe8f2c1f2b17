import { notifications } from '@mantine/notifications';
import { MutationCache, QueryClient } from '@tanstack/react-query';
import { messageOf, Problem } from '@/api/problem';

/** What the server refuses is not tried again; a lost connection is. */
const shouldRetry = (count: number, error: Error): boolean =>
  count < 3 && !(error instanceof Problem && error.status < 500);

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 2_000 } },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      // A mutation that shows its own error says so with meta.quiet.
      if (mutation.meta?.quiet) return;
      notifications.show({ color: 'red', title: 'That did not work', message: messageOf(error) });
    },
  }),
});
