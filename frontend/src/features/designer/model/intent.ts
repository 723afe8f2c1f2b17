/** Which edits are one step of undo: those of one intent that follow each other closely. */

export interface Intent {
  /** What is being edited, e.g. `input:watch.path`; an empty key never joins another edit. */
  key: string;
  /** When, in milliseconds. */
  at: number;
}

const PAUSE_MS = 1_500; // Someone who stops typing this long has finished a thought.

/** Whether an edit begins a new step, given the edit before it. */
export function beginsStep(before: Intent | null, now: Intent): boolean {
  if (!before || now.key === '' || before.key !== now.key) return true;
  return now.at - before.at > PAUSE_MS;
}
