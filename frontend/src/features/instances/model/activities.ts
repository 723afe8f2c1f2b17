import type { InstanceDetail, RunbookDocument } from '@/api/types';

/** The activities of a document by id, with the names people know. */
export const activityNames = (document: RunbookDocument): { value: string; label: string }[] =>
  Object.entries(document.activities ?? {}).map(([value, { name }]) => ({ value, label: name ?? value }));

/** Where a rerun most likely begins: at what failed, else at what was not reached, else at the beginning. */
export function likelyBeginning({
  document,
  activities,
}: Pick<InstanceDetail, 'document' | 'activities'>): string[] {
  const ids = Object.keys(document.activities ?? {});
  const failed = ids.filter((id) => ['failed', 'canceled'].includes(activities[id]?.status ?? ''));
  if (failed.length) return failed;
  const warned = ids.filter((id) => activities[id]?.status === 'warning');
  return warned.length ? warned : ids.slice(0, 1);
}
