import type { ActivityDefinition, RunbookDocument } from '@/api/types';
import {
  activitiesOf,
  activityOf,
  GRID,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Point,
  positionOf,
  snap,
} from './document';
import {
  boundsOf,
  groupAt,
  groupOf,
  HEAD,
  insideOf,
  isGroup,
  mayJoin,
  membersOf,
  middleOf,
  type Rect,
} from './groups';

/** Where things stand on the canvas: free places, moves, and the groups that moves lead into. */

const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width + GRID &&
  b.x < a.x + a.width + GRID &&
  a.y < b.y + b.height + GRID &&
  b.y < a.y + a.height + GRID;

/** The first place at or below `wanted` where a new activity of `group` ('' for none) covers no other of it. */
export function freePlace(document: RunbookDocument, wanted: Point, group = ''): Point {
  return freeAmong(document, wanted, membersOf(document, group));
}

function freeAmong(document: RunbookDocument, wanted: Point, others: string[]): Point {
  const taken = others.map((id) => boundsOf(document, id));
  const found = { x: snap(wanted.x), y: snap(wanted.y), width: NODE_WIDTH, height: NODE_HEIGHT };
  for (
    let under = taken.find((rect) => overlaps(rect, found));
    under;
    under = taken.find((rect) => overlaps(rect, found))
  ) {
    found.y = snap(Math.max(found.y + GRID, under.y + under.height + 2 * GRID));
  }
  return { x: found.x, y: found.y };
}

/** Where an activity goes that follows another one of the same group. */
export function placeAfter(document: RunbookDocument, id: string): Point {
  if (!activityOf(document, id)) return freePlace(document, { x: 0, y: 0 });
  const { x, y, width } = boundsOf(document, id);
  return freePlace(document, { x: x + width + 4 * GRID, y }, groupOf(document, id));
}

/** Where the next activity of a group goes: behind its last one, or into the upper left corner of the empty frame. */
export function placeIn(document: RunbookDocument, group: string): Point {
  const last = membersOf(document, group).at(-1);
  if (last !== undefined) return placeAfter(document, last);
  const { x, y } = boundsOf(document, group);
  return { x: x + GRID, y: y + HEAD + GRID };
}

const placed = (document: RunbookDocument, id: string, { x, y }: Point): RunbookDocument => {
  const activity = activityOf(document, id);
  if (!activity) return document;
  const moved: ActivityDefinition = { ...activity, position: [snap(x), snap(y)] };
  return { ...document, activities: { ...activitiesOf(document), [id]: moved } };
};

/** Moves boxes to where their upper left corners are to be; a frame takes along what is inside it. */
export function moveActivities(
  document: RunbookDocument,
  places: ReadonlyMap<string, Point>,
): RunbookDocument {
  let moved = document;
  for (const [id, to] of places) {
    const from = boundsOf(document, id);
    moved = placed(moved, id, to);
    for (const member of insideOf(document, id)) {
      if (places.has(member)) continue;
      const { x, y } = positionOf(activityOf(document, member) ?? { type: '' });
      moved = placed(moved, member, { x: x + snap(to.x) - from.x, y: y + snap(to.y) - from.y });
    }
  }
  return moved;
}

/** As moveActivities, and what was dropped on a frame joins its group, what was dragged out of one leaves it. */
export function dropActivities(
  document: RunbookDocument,
  places: ReadonlyMap<string, Point>,
): RunbookDocument {
  const moved = moveActivities(document, places);
  let regrouped = moved;
  for (const [id, to] of places) {
    const middle = middleOf({ ...boundsOf(document, id), x: snap(to.x), y: snap(to.y) });
    // The frames as they were seen while dragging: they have not followed the move yet.
    regrouped = withGroup(regrouped, id, groupAt(document, middle, [...places.keys()]));
  }
  return settled(document, regrouped);
}

function withGroup(document: RunbookDocument, id: string, group: string): RunbookDocument {
  const activity = activityOf(document, id);
  if (!activity || groupOf(document, id) === group) return document;
  const changed: ActivityDefinition = { ...activity, group };
  if (!group) delete changed.group;
  return { ...document, activities: { ...activitiesOf(document), [id]: changed } };
}

/** Puts an activity into a group ('' takes it out of its own), at a free place there. */
export function joinGroup(document: RunbookDocument, id: string, group: string): RunbookDocument {
  if (!mayJoin(document, id, group) || groupOf(document, id) === group) return document;
  const place = group ? placeIn(document, group) : placeOutside(document, id);
  const moved = moveActivities(document, new Map([[id, place]]));
  return settled(document, withGroup(moved, id, group));
}

/** Below the frame that an activity leaves. */
function placeOutside(document: RunbookDocument, id: string): Point {
  const { x, y, height } = boundsOf(document, groupOf(document, id));
  return freePlace(document, { x, y: y + height + 2 * GRID });
}

/** Frames whose members have changed: one that has grown moves what stands to its right, one left empty stays there. */
export function settled(before: RunbookDocument, after: RunbookDocument): RunbookDocument {
  let document = after;
  for (const [id, activity] of Object.entries(activitiesOf(after))) {
    if (!isGroup(activity)) continue;
    const [had, has] = [membersOf(before, id).length, membersOf(after, id).length];
    if (had > 0 && has === 0) document = placed(document, id, boundsOf(before, id));
    if (has > had) document = pushed(before, document, id);
  }
  return document;
}

function pushed(before: RunbookDocument, after: RunbookDocument, group: string): RunbookDocument {
  const [old, now] = [boundsOf(before, group), boundsOf(after, group)];
  const grown = now.x + now.width - (old.x + old.width);
  if (grown <= 0) return after;
  const places = new Map<string, Point>();
  for (const id of membersOf(after, groupOf(after, group))) {
    const rect = boundsOf(after, id);
    const isBeside = rect.y < now.y + now.height && now.y < rect.y + rect.height;
    if (id !== group && isBeside && rect.x >= old.x + old.width)
      places.set(id, { x: rect.x + grown, y: rect.y });
  }
  return moveActivities(after, places);
}
