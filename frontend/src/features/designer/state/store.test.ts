import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { changeRunbook } from '../model/edits';
import { drawn, grouped } from '../model/testing';
import { createEditor, redo, undo } from './store';

const describeAs = (description: string) => (document: Parameters<typeof changeRunbook>[0]) =>
  changeRunbook(document, { description });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('takes back typing as one step', () => {
  const editor = createEditor(drawn(['a']));
  for (const text of ['a', 'ab', 'abc']) editor.getState().edit('description', describeAs(text));
  undo(editor);
  expect(editor.getState().document.description).toBeUndefined();
  redo(editor);
  expect(editor.getState().document.description).toBe('abc');
});

it('takes back what was typed after a pause alone', () => {
  const editor = createEditor(drawn(['a']));
  editor.getState().edit('description', describeAs('one'));
  vi.advanceTimersByTime(5_000);
  editor.getState().edit('description', describeAs('two'));
  undo(editor);
  expect(editor.getState().document.description).toBe('one');
});

it('does not count a selection as a step', () => {
  const editor = createEditor(drawn(['a']));
  editor.getState().select({ activities: ['a'], links: [] });
  expect(editor.temporal.getState().pastStates).toHaveLength(0);
});

it('drops from the selection what undo removed', () => {
  const editor = createEditor(drawn([]));
  editor.getState().edit('', () => drawn(['a']), { activities: ['a'], links: [] });
  undo(editor);
  expect(editor.getState().selection.activities).toEqual([]);
});

it('asks before it deletes a group with members, and can move them out, as one step', () => {
  const editor = createEditor(grouped({ loop: ['a'] }));
  editor.getState().remove({ activities: ['loop'], links: [] });
  expect(editor.getState().document.activities).toHaveProperty('loop');
  editor.getState().answerRemoval('keep');
  expect(Object.keys(editor.getState().document.activities ?? {})).toEqual(['a']);
  undo(editor);
  expect(editor.getState().document).toEqual(grouped({ loop: ['a'] }));
});

it('deletes the members with their group when that is the answer', () => {
  const editor = createEditor(grouped({ loop: ['a'] }, ['b']));
  editor.getState().remove({ activities: ['loop'], links: [] });
  editor.getState().answerRemoval('remove');
  expect(Object.keys(editor.getState().document.activities ?? {})).toEqual(['b']);
});

it('deletes nothing when the question is waved away', () => {
  const editor = createEditor(grouped({ loop: ['a'] }));
  editor.getState().remove({ activities: ['loop'], links: [] });
  editor.getState().answerRemoval(null);
  expect(editor.getState()).toMatchObject({ removal: null, document: grouped({ loop: ['a'] }) });
});
