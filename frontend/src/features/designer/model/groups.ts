import type { ActivityDefinition, RunbookDocument } from '@/api/types';
import { activitiesOf, activityOf, GRID, NODE_HEIGHT, NODE_WIDTH, type Point, positionOf } from './document';

/** Groups: a For Each or While is drawn as a frame around the activities whose `group` it is (spec 3.8). */

export const FOR_EACH = 'runbook-control.for-each';
export const WHILE = 'runbook-control.while';

export interface Rect extends Point {
  width: number;
  height: number;
}

const PADDING = GRID;
/** Height of a frame's upper edge, where its name stands: a box's, so that links to its neighbours run straight. */
export const HEAD = NODE_HEIGHT;
export const EMPTY_FRAME = { width: 14 * GRID, height: 8 * GRID };
const DEEPEST = 8; // As the server's bound; it also ends the walk through groups that contain each other.

export const isGroup = (activity: ActivityDefinition | undefined): boolean =>
  activity?.type === FOR_EACH || activity?.type === WHILE;

/** The group an activity belongs to; '' when it is in none, or in one that does not exist. */
export function groupOf(document: RunbookDocument, id: string): string {
  const group = activityOf(document, id)?.group ?? '';
  return isGroup(activityOf(document, group)) ? group : '';
}

export const membersOf = (document: RunbookDocument, group: string): string[] =>
  Object.keys(activitiesOf(document)).filter((id) => groupOf(document, id) === group);

/** The groups around an activity, the innermost first. */
export function groupsAround(document: RunbookDocument, id: string): string[] {
  const around: string[] = [];
  for (
    let group = groupOf(document, id);
    group && around.length <= DEEPEST;
    group = groupOf(document, group)
  ) {
    if (around.includes(group)) break;
    around.push(group);
  }
  return around;
}

/** Everything inside a group, at any depth. */
export const insideOf = (document: RunbookDocument, group: string): string[] =>
  Object.keys(activitiesOf(document)).filter(
    (id) => id !== group && groupsAround(document, id).includes(group),
  );

/** Whether an activity may become a member: of a group that exists and is neither itself nor inside it. */
export function mayJoin(document: RunbookDocument, id: string, group: string): boolean {
  if (group === '') return true;
  if (group === id || !isGroup(activityOf(document, group))) return false;
  return !groupsAround(document, group).includes(id);
}

/** Where the box of an activity lies; a group's frame encloses its members. */
export function boundsOf(document: RunbookDocument, id: string): Rect {
  return bounds(document, id, 0);
}

function bounds(document: RunbookDocument, id: string, depth: number): Rect {
  const activity = activityOf(document, id);
  const corner = activity ? positionOf(activity) : { x: 0, y: 0 };
  if (!isGroup(activity)) return { ...corner, width: NODE_WIDTH, height: NODE_HEIGHT };
  const members = depth < DEEPEST ? membersOf(document, id).filter((member) => member !== id) : [];
  if (members.length === 0) return { ...corner, ...EMPTY_FRAME };
  return around(members.map((member) => bounds(document, member, depth + 1)));
}

function around(rects: Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x)) - PADDING;
  const y = Math.min(...rects.map((rect) => rect.y)) - PADDING - HEAD;
  const right = Math.max(...rects.map((rect) => rect.x + rect.width)) + PADDING;
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height)) + PADDING;
  return { x, y, width: Math.max(right - x, EMPTY_FRAME.width), height: bottom - y };
}

export const contains = (rect: Rect, { x, y }: Point): boolean =>
  x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;

export const middleOf = ({ x, y, width, height }: Rect): Point => ({ x: x + width / 2, y: y + height / 2 });

/** The innermost group whose frame holds a point; '' for none. Those in `ignore`, and all inside them, do not count. */
export function groupAt(document: RunbookDocument, at: Point, ignore: readonly string[] = []): string {
  const depth = (id: string): number => groupsAround(document, id).length;
  const found = Object.entries(activitiesOf(document))
    .filter(([, activity]) => isGroup(activity))
    .map(([id]) => id)
    .filter((id) => ![id, ...groupsAround(document, id)].some((each) => ignore.includes(each)))
    .filter((id) => contains(boundsOf(document, id), at));
  return found.sort((a, b) => depth(b) - depth(a))[0] ?? '';
}
