import { expect, it } from 'vitest';
import { activitiesOf } from './document';
import { setInput } from './edits';
import { invocationOf, setByPath } from './invoke';
import { drawn, type } from './testing';

const invoke = type('t.invoke', { inputs: [{ name: 'runbook', kind: 'runbook' } as never] });
const target = { id: 'r1', path: 'Ops/Restart' };

it('switches between path and id, and stays with the same runbook', () => {
  const document = setInput(drawn(['a']), 'a', 'runbook', 'r1');
  const invocation = invocationOf(invoke, activitiesOf(document).a?.inputs ?? {});
  if (!invocation) throw new Error('not an invocation');
  const byPath = setByPath(document, 'a', invocation, true, target);
  expect(activitiesOf(byPath).a?.inputs).toEqual({ runbook: 'Ops/Restart', by_path: true });
  expect(setByPath(byPath, 'a', invocation, false, target)).toEqual(document);
});

it('is nothing for a type without a runbook', () => {
  expect(invocationOf(type('t.t'), {})).toBeNull();
});
