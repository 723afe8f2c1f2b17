import { type ReactFlowInstance, useReactFlow } from '@xyflow/react';
import { useCallback, useMemo } from 'react';
import type { ActivityType, RunbookDocument } from '@/api/types';
import { NODE_HEIGHT, NODE_WIDTH, type Point } from '../model/document';
import { addActivity, addLink, insertOnLink, makeRoom, mayLink } from '../model/edits';
import { linkUnder } from '../model/graph';
import { boundsOf, groupAt, groupOf, isGroup, membersOf, type Rect } from '../model/groups';
import { freePlace, placeAfter, placeIn } from '../model/places';
import { useEditing } from '../state/context';

/** Adding activities: after the selected one, or where they were dropped. */
export function useAdd() {
  const { editor, types: byId } = useEditing();
  const flow = useReactFlow();
  const types = useMemo(() => [...byId.values()], [byId]);

  const add = useCallback(
    (type: ActivityType) => {
      const { document, selection, edit } = editor.getState();
      const selected = selection.activities.at(-1);
      const isIntoFrame = selected !== undefined && isEmptyGroup(document, selected);
      const after = isIntoFrame ? undefined : (selected ?? lastOf(document));
      const group = isIntoFrame ? selected : after ? groupOf(document, after) : '';
      const place = isIntoFrame
        ? placeIn(document, group)
        : after
          ? placeAfter(document, after)
          : freePlace(document, firstPlace(flow));
      const added = addActivity(document, type, place, group);
      const isLinked =
        after !== undefined && type.kind !== 'monitor' && mayLink(added.document, after, added.id);
      const changed = isLinked ? addLink(added.document, after, added.id) : added.document;
      edit('', () => changed, { activities: [added.id], links: [] });
      requestAnimationFrame(() => showPlace(flow, boundsOf(changed, added.id)));
    },
    [editor, flow],
  );

  const addAt = useCallback(
    (typeId: string, at: Point) => {
      const type = byId.get(typeId);
      if (!type) return;
      const { document, edit } = editor.getState();
      const middle = { x: at.x + NODE_WIDTH / 2, y: at.y + NODE_HEIGHT / 2 };
      const group = groupAt(document, middle);
      const link = type.kind === 'monitor' ? null : linkUnder(document, at, group);
      const added = addActivity(document, type, at, group);
      const changed =
        link === null ? added.document : makeRoom(insertOnLink(added.document, link, added.id), added.id);
      edit('', () => changed, { activities: [added.id], links: [] });
    },
    [editor, byId],
  );

  return { types, add, addAt };
}

/** Where the first activity goes when it is not dropped: at the left, half way down what can be seen. */
function firstPlace(flow: ReactFlowInstance): Point {
  const pane = window.document.querySelector('.react-flow')?.getBoundingClientRect();
  if (!pane) return { x: 0, y: 0 };
  const { x, y } = flow.screenToFlowPosition({ x: pane.left + 60, y: pane.top + pane.height / 2 });
  return { x, y: y - NODE_HEIGHT / 2 };
}

const LEAST_ZOOM = 0.55;

/** Moves the canvas when a place is not on it. */
function showPlace(flow: ReactFlowInstance, { x, y, width, height }: Rect): void {
  const pane = window.document.querySelector('.react-flow')?.getBoundingClientRect();
  const corner = flow.flowToScreenPosition({ x, y });
  const end = flow.flowToScreenPosition({ x: x + width, y: y + height });
  if (!pane) return;
  const isInside =
    corner.x >= pane.left && corner.y >= pane.top && end.x <= pane.right && end.y <= pane.bottom;
  if (isInside) return;
  const all = flow.getNodesBounds(flow.getNodes());
  const fitting = Math.min(pane.width / all.width, pane.height / all.height);
  // A small runbook is shown as a whole; a large one would become too small to read.
  if (fitting > LEAST_ZOOM) void flow.fitView({ padding: 0.1, maxZoom: 1, duration: 200 });
  else void flow.setCenter(x + width / 2, y + height / 2, { zoom: flow.getZoom(), duration: 200 });
}

const isEmptyGroup = (document: RunbookDocument, id: string): boolean =>
  isGroup(document.activities?.[id]) && membersOf(document, id).length === 0;

/** With nothing selected, a runbook drawn as a line goes on at its end. */
const lastOf = (document: RunbookDocument): string | undefined => membersOf(document, '').at(-1);
