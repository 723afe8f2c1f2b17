import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { runbookOptions, runbooksOptions } from './runbooks';
import type { Runbook } from './types';

/** The runbook that another one names by its id or its path; undefined while it is not known, or not there. */
export function useRunbookBy(reference: string, byPath: boolean): Runbook | undefined {
  const isPlain = reference !== '' && !reference.includes('{{');
  const folded = reference.toLowerCase();
  const listed = useInfiniteQuery({
    ...runbooksOptions({ search: reference }),
    enabled: isPlain && byPath,
  });
  const items = listed.data?.pages.flatMap((page) => page.items) ?? [];
  const id = byPath ? items.find(({ path }) => path.toLowerCase() === folded)?.id : reference;
  const one = useQuery({ ...runbookOptions(id ?? ''), enabled: isPlain && Boolean(id), retry: false });
  return isPlain && id ? one.data : undefined;
}
