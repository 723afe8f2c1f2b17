import type { ActivityType, Json, RunbookDocument } from '@/api/types';
import { setInput } from './edits';

/** How an activity invokes another runbook: what it names it by, and which of its inputs say the rest. */
export interface Invocation {
  runbook: string;
  /** The name of the input that names the runbook. */
  input: string;
  byPath: boolean;
  /** The name of the input that says whether it is named by its path. */
  switch: string;
  parameters: string;
}

const BY_PATH = 'by_path';
const PARAMETERS = 'parameters';

/** Null for a type that has no input of the kind `runbook`. */
export function invocationOf(type: ActivityType, inputs: Record<string, Json>): Invocation | null {
  const field = type.inputs.find(({ kind }) => kind === 'runbook');
  if (!field) return null;
  const runbook = inputs[field.name];
  return {
    runbook: typeof runbook === 'string' ? runbook : '',
    input: field.name,
    byPath: inputs[BY_PATH] === true || inputs[BY_PATH] === 'true',
    switch: BY_PATH,
    parameters: PARAMETERS,
  };
}

/** Names the runbook by its path or by its id; it stays the same runbook. */
export function setByPath(
  document: RunbookDocument,
  activity: string,
  invocation: Invocation,
  byPath: boolean,
  runbook: { id: string; path: string },
): RunbookDocument {
  const switched = setInput(document, activity, invocation.switch, byPath || undefined);
  return setInput(switched, activity, invocation.input, byPath ? runbook.path : runbook.id);
}
