import { notifications } from '@mantine/notifications';
import { useCallback, useMemo } from 'react';
import { Canvas, type CanvasEdits } from '../canvas/Canvas';
import type { Point, Selection } from '../model/document';
import { addLink, whyNoLink } from '../model/edits';
import { dropActivities } from '../model/places';
import type { States } from '../model/graph';
import { marksOf } from '../model/problems';
import { useEditing, useEditor } from '../state/context';
import { useFindings } from '../state/findings';
import { useAdd } from './use-add';
import classes from './DesignCanvas.module.css';

/** The canvas bound to the editor. */
export function DesignCanvas({ states }: { states: States }) {
  const { editor, saver, types } = useEditing();
  const document = useEditor((state) => state.document);
  const selection = useEditor((state) => state.selection);
  const findings = useFindings();
  const marks = useMemo(() => marksOf(findings), [findings]);
  const { addAt } = useAdd();
  const isEditable = saver !== null;
  const edits = useMemo((): CanvasEdits | null => {
    if (!isEditable) return null;
    const { edit } = editor.getState();
    return {
      move: (places: ReadonlyMap<string, Point>) =>
        edit(`move:${[...places.keys()].join()}`, (old) => dropActivities(old, places)),
      connect: (from, to) => edit('', (old) => addLink(old, from, to)),
      refuse: (from, to) => {
        const message = whyNoLink(editor.getState().document, from, to);
        if (message) notifications.show({ color: 'red', title: 'No link', message });
      },
      drop: addAt,
    };
  }, [editor, isEditable, addAt]);
  const onSelect = useCallback((next: Selection) => editor.getState().select(next), [editor]);
  const isEmpty = Object.keys(document.activities ?? {}).length === 0;
  return (
    <section aria-label="Canvas" className={classes.canvas}>
      <Canvas {...{ document, types, marks, states, selection, onSelect, edits }} hasOverview />
      {isEmpty ? (
        <p className={classes.hint}>
          {isEditable
            ? 'Drag an activity here, or choose one in the Activities pane and press Enter.'
            : 'Nothing has been checked in yet. Check the runbook out to draw it.'}
        </p>
      ) : null}
    </section>
  );
}
