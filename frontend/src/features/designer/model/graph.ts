import type {
  ActivityDefinition,
  ActivityState,
  ActivityType,
  Finding,
  LinkDefinition,
  RunbookDocument,
} from '@/api/types';
import { filterInWords, type LinkTone, toneOf } from './conditions';
import { activitiesOf, linksOf, nameOf, NODE_HEIGHT, NODE_WIDTH, type Point, positionOf } from './document';
import { type Marks, worstOf } from './problems';

/** What the canvas draws: boxes and arrows computed from the document and what is known about a run. */

export interface Box {
  id: string;
  position: Point;
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
  return Object.entries(activitiesOf(document)).map(([id, activity]) => {
    const type = types.get(activity.type);
    const findings = marks.activities.get(id) ?? [];
    return {
      id,
      position: positionOf(activity),
      activity,
      name: nameOf(activity, types),
      typeName: type?.name ?? activity.type,
      type,
      state: states[id],
      problem: worstOf(findings),
      problems: findings.map((finding) => finding.message),
    };
  });
}

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

/** The link whose straight line passes nearest to the middle of a box dropped at `corner`; null when none is near. */
export function linkUnder(document: RunbookDocument, corner: Point, ignore: string | null): number | null {
  const middle = { x: corner.x + NODE_WIDTH / 2, y: corner.y + NODE_HEIGHT / 2 };
  let best: { index: number; away: number } | null = null;
  for (const [index, link] of linksOf(document).entries()) {
    const [from, to] = [activitiesOf(document)[link.from], activitiesOf(document)[link.to]];
    if (!from || !to || link.from === ignore || link.to === ignore) continue;
    const start = positionOf(from);
    const end = positionOf(to);
    const away = distance(
      middle,
      { x: start.x + NODE_WIDTH, y: start.y + NODE_HEIGHT / 2 },
      { x: end.x, y: end.y + NODE_HEIGHT / 2 },
    );
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
