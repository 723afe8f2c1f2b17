import { useCallback, useMemo } from 'react';
import type { ActivityType } from '@/api/types';
import { activitiesOf, freePlace, type Point, placeAfter } from '../model/document';
import { addActivity, addLink, insertOnLink, mayLink } from '../model/edits';
import { linkUnder } from '../model/graph';
import { useEditing } from '../state/context';

/** Adding activities: after the selected one, or where they were dropped. */
export function useAdd() {
  const { editor, types: byId } = useEditing();
  const types = useMemo(() => [...byId.values()], [byId]);

  const add = useCallback(
    (type: ActivityType) => {
      const { document, selection, edit } = editor.getState();
      const after = selection.activities.at(-1) ?? lastOf(document.activities);
      const place = after ? placeAfter(document, after) : freePlace(document, { x: 0, y: 0 });
      const added = addActivity(document, type, place);
      const isLinked =
        after !== undefined && type.kind !== 'monitor' && mayLink(added.document, after, added.id);
      const changed = isLinked ? addLink(added.document, after, added.id) : added.document;
      edit('', () => changed, { activities: [added.id], links: [] });
    },
    [editor],
  );

  const addAt = useCallback(
    (typeId: string, at: Point) => {
      const type = byId.get(typeId);
      if (!type) return;
      const { document, edit } = editor.getState();
      const link = type.kind === 'monitor' ? null : linkUnder(document, at, null);
      const added = addActivity(document, type, at);
      const changed = link === null ? added.document : insertOnLink(added.document, link, added.id);
      edit('', () => changed, { activities: [added.id], links: [] });
    },
    [editor, byId],
  );

  return { types, add, addAt };
}

/** With nothing selected, a runbook drawn as a line goes on at its end. */
function lastOf(activities: ReturnType<typeof activitiesOf> | undefined): string | undefined {
  return Object.keys(activities ?? {}).at(-1);
}
