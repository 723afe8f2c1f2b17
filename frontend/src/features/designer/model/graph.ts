import type {
  ActivityDefinition,
  ActivityState,
  ActivityType,
  Finding,
  LinkDefinition,
  RunbookDocument,
} from '@/api/types';
import { filterInWords, type LinkTone, toneOf } from './conditions';
import { activitiesOf, linksOf, nameOf, NODE_HEIGHT, NODE_WIDTH, type Point } from './document';
import { boundsOf, groupOf, groupsAround, HEAD, isGroup, membersOf, type Rect } from './groups';
import { type Marks, worstOf } from './problems';

/** What the canvas draws: boxes and arrows computed from the document and what is known about a run. */

export interface Box {
  id: string;
  /** Where it lies on the canvas; of a group, its frame. */
  bounds: Rect;
  /** The group whose frame it lies in; '' for none. */
  group: string;
  isFrame: boolean;
  /** Of a frame: it holds nothing yet. */
  isEmpty: boolean;
  activity: ActivityDefinition;
  name: string;
  typeName: string;
  type: ActivityType | undefined;
  state: ActivityState | undefined;
  problem: Finding['severity'] | null;
  problems: string[];
}

export interface Arrow {
  id: string;
  index: number;
  source: string;
  target: string;
  link: LinkDefinition;
  label: string;
  tone: LinkTone;
  problem: Finding['severity'] | null;
  problems: string[];
}

export type States = Readonly<Record<string, ActivityState>>;

export function boxes(
  document: RunbookDocument,
  types: ReadonlyMap<string, ActivityType>,
  marks: Marks,
  states: States,
): Box[] {
  const drawn = Object.entries(activitiesOf(document)).map(([id, activity]): Box => {
    const type = types.get(activity.type);
    const findings = marks.activities.get(id) ?? [];
    return {
      id,
      bounds: boundsOf(document, id),
      group: isNested(document, id) ? groupOf(document, id) : '',
      isFrame: isGroup(activity),
      isEmpty: isGroup(activity) && membersOf(document, id).length === 0,
      activity,
      name: nameOf(activity, types),
      typeName: type?.name ?? activity.type,
      type,
      state: states[id],
      problem: worstOf(findings),
      problems: findings.map((finding) => finding.message),
    };
  });
  // A frame comes before what is drawn on it.
  const depth = ({ id }: Box): number => groupsAround(document, id).length;
  return drawn.sort((a, b) => depth(a) - depth(b));
}

/** Groups that contain each other have no outermost frame; they are drawn side by side. */
const isNested = (document: RunbookDocument, id: string): boolean => {
  const around = groupsAround(document, id);
  return !around.includes(id) && groupOf(document, around.at(-1) ?? '') === '';
};

export const arrowId = (index: number): string => `link-${index}`;

/** The arrows of a document; a link whose end does not exist has no arrow. */
export function arrows(document: RunbookDocument, marks: Marks): Arrow[] {
  const activities = activitiesOf(document);
  return linksOf(document).flatMap((link, index) => {
    if (!activities[link.from] || !activities[link.to]) return [];
    const findings = marks.links.get(index) ?? [];
    const arrow: Arrow = {
      id: arrowId(index),
      index,
      source: link.from,
      target: link.to,
      link,
      label: labelOf(link),
      tone: toneOf(link),
      problem: worstOf(findings),
      problems: findings.map((finding) => finding.message),
    };
    return [arrow];
  });
}

function labelOf(link: LinkDefinition): string {
  const filter = filterInWords(link);
  const own = link.name && link.name !== 'Link' ? link.name : filter;
  const delay = link.delay_seconds ? `after ${link.delay_seconds} s` : '';
  return [own, delay].filter(Boolean).join(', ');
}

/** The words that name a box for those who hear it instead of seeing it. */
export function spokenName(box: Box): string {
  const status = box.state?.status ?? (box.activity.enabled === false ? 'disabled' : 'not run');
  return `${box.name}, ${box.typeName}, ${status}`;
}

/** Where links leave a box and where they arrive; a frame's ends lie in its upper edge. */
function endsOf(document: RunbookDocument, id: string): { arrive: Point; leave: Point } {
  const { x, y, width } = boundsOf(document, id);
  const middle = y + (isGroup(activitiesOf(document)[id]) ? HEAD : NODE_HEIGHT) / 2;
  return { arrive: { x, y: middle }, leave: { x: x + width, y: middle } };
}

/**
 * The link whose straight line passes nearest to the middle of a box dropped at `corner`, among those between members
 * of `group`; null when none is near.
 */
export function linkUnder(document: RunbookDocument, corner: Point, group: string): number | null {
  const middle = { x: corner.x + NODE_WIDTH / 2, y: corner.y + NODE_HEIGHT / 2 };
  let best: { index: number; away: number } | null = null;
  for (const [index, { from, to }] of linksOf(document).entries()) {
    const ends = [from, to].filter((id) => activitiesOf(document)[id] && groupOf(document, id) === group);
    if (ends.length < 2) continue;
    const away = distance(middle, endsOf(document, from).leave, endsOf(document, to).arrive);
    if (away <= NODE_HEIGHT / 2 && (!best || away < best.away)) best = { index, away };
  }
  return best?.index ?? null;
}

function distance(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - at * dx, point.y - from.y - at * dy);
}
