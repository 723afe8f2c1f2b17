import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A change whose dialog shows its own error; whatever was listed under `key` is read again afterwards. */
export function useWrite<Input, Output>(
  key: readonly string[],
  mutationFn: (input: Input) => Promise<Output>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { quiet: true },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}
