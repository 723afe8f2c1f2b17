import type { Behaviour, Looping, RunbookDocument } from '@/api/types';
import { activityOf } from './document';
import { changeActivity } from './edits';

/** Changes some run behaviour; what is undefined, and a behaviour with nothing in it, leaves the document. */
export function changeBehaviour(
  document: RunbookDocument,
  id: string,
  change: Partial<Behaviour>,
): RunbookDocument {
  const behaviour = tidy({ ...activityOf(document, id)?.behaviour, ...change });
  if (behaviour.retry) behaviour.retry = tidy(behaviour.retry);
  return changeActivity(document, id, { behaviour: Object.keys(behaviour).length ? behaviour : undefined });
}

/** Switches the loop of an activity on or off. */
export const setLooping = (document: RunbookDocument, id: string, on: boolean): RunbookDocument =>
  changeActivity(document, id, { looping: on ? {} : undefined });

export function changeLooping(
  document: RunbookDocument,
  id: string,
  change: Partial<Looping>,
): RunbookDocument {
  return changeActivity(document, id, { looping: tidy({ ...activityOf(document, id)?.looping, ...change }) });
}

const tidy = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
