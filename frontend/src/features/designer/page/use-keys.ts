import { useReactFlow } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';
import { activitiesOf, snap } from '../model/document';
import { boundsOf, membersOf } from '../model/groups';
import { copy, parse, paste } from '../model/clipboard';
import { withInside } from '../model/edits';
import { type Editing, useEditing } from '../state/context';
import { redo, undo } from '../state/store';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const isCode = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.isContentEditable;
const inDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"]') !== null;

/** The keys and the clipboard of the designer. */
export function useKeys(filter: RefObject<HTMLInputElement | null>): void {
  const editing = useEditing();
  const flow = useReactFlow();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (inDialog(event.target)) return;
      if (onCommandKey(event, editing) || isTyping(event.target)) return;
      if (event.key === 'Delete' || event.key === 'Backspace') removeSelected(editing, event);
      if (event.key === '/') {
        event.preventDefault();
        filter.current?.focus();
      }
      if (event.key === '1') void flow.fitView({ padding: 0.2, maxZoom: 1, duration: 150 });
    };
    const onCopy = (event: ClipboardEvent) => {
      if (!isTyping(event.target) && !hasTextSelection()) toClipboard(event, editing);
    };
    const onCut = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !toClipboard(event, editing) || !editing.saver) return;
      const { document, selection, remove } = editing.editor.getState();
      remove(withInside(document, selection)); // The clipboard holds what is inside as well.
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!isTyping(event.target)) fromClipboard(event, editing);
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('copy', onCopy);
    window.addEventListener('cut', onCut);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('copy', onCopy);
      window.removeEventListener('cut', onCut);
      window.removeEventListener('paste', onPaste);
    };
  }, [editing, flow, filter]);
}

const hasTextSelection = (): boolean => window.getSelection()?.isCollapsed === false;

/** Ctrl or Command with a letter; gives whether it was one of ours. */
function onCommandKey(event: KeyboardEvent, { editor, saver }: Editing): boolean {
  if (!(event.ctrlKey || event.metaKey) || !saver || isCode(event.target)) return false;
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) undo(editor);
  else if (key === 'y' || key === 'z') redo(editor);
  else if (key === 's') void saver.flush();
  else if (key === 'a' && !isTyping(event.target)) {
    const { document, select } = editor.getState();
    select({ activities: Object.keys(activitiesOf(document)), links: [] });
  } else return false;
  event.preventDefault();
  return true;
}

function removeSelected({ editor, saver }: Editing, event: KeyboardEvent): void {
  const { selection, remove } = editor.getState();
  if (!saver || selection.activities.length + selection.links.length === 0) return;
  event.preventDefault();
  remove(selection, event.ctrlKey || event.metaKey);
}

function toClipboard(event: ClipboardEvent, { editor, types }: Editing): boolean {
  const { document, selection } = editor.getState();
  if (selection.activities.length === 0) return false;
  const isSecret = (type: string, input: string) =>
    types.get(type)?.inputs.some(({ name, kind }) => name === input && kind === 'secret') ?? false;
  event.clipboardData?.setData('text/plain', copy(document, withInside(document, selection), isSecret));
  event.preventDefault();
  return true;
}

function fromClipboard(event: ClipboardEvent, { editor, saver, types }: Editing): void {
  const clip = parse(event.clipboardData?.getData('text/plain') ?? '');
  if (!clip || !saver) return;
  event.preventDefault();
  const { document, edit } = editor.getState();
  const places = membersOf(document, '').map((id) => boundsOf(document, id));
  const below = Math.max(0, ...places.map(({ y, height }) => y + height + 60));
  const left = places.length ? Math.min(...places.map(({ x }) => x)) : 0;
  const refers = (type: string, input: string) =>
    types.get(type)?.inputs.some(({ name, kind }) => name === input && kind === 'activity') ?? false;
  const pasted = paste(document, clip, { x: snap(left), y: snap(below) }, refers);
  edit('', () => pasted.document, { activities: pasted.ids, links: [] });
}
