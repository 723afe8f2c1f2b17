import type {
  ActivityDefinition,
  ActivityType,
  Json,
  LinkDefinition,
  ReturnedItem,
  RunbookDocument,
  RunbookSettings,
} from '@/api/types';
import {
  activitiesOf,
  DEFAULT_INCLUDE,
  GRID,
  linksOf,
  nameOf,
  NODE_WIDTH,
  newActivityId,
  newActivityName,
  type Point,
  positionOf,
  type Selection,
  snap,
} from './document';
import { sameJson, without } from './json';

const STEP = NODE_WIDTH + 3 * GRID; // The least distance between an activity and the next one.

/** Named edits: each takes a document and gives a new one; the old one is never changed. */

export interface Added {
  document: RunbookDocument;
  id: string;
}

export function addActivity(document: RunbookDocument, type: ActivityType, at: Point): Added {
  const activities = activitiesOf(document);
  const types = new Map([[type.id, type]]);
  const id = newActivityId(type.id.split('.').at(-1) ?? type.name, Object.keys(activities));
  const names = Object.values(activities).map((activity) => nameOf(activity, types));
  const name = newActivityName(type.name, names);
  const activity: ActivityDefinition = { type: type.id, name, position: [snap(at.x), snap(at.y)] };
  return { document: { ...document, activities: { ...activities, [id]: activity } }, id };
}

/** Changes some properties of an activity; a property set to undefined goes back to its default. */
export function changeActivity(
  document: RunbookDocument,
  id: string,
  change: Partial<ActivityDefinition>,
): RunbookDocument {
  const activity = activitiesOf(document)[id];
  if (!activity) return document;
  const changed = defined({ ...activity, ...change });
  return { ...document, activities: { ...activitiesOf(document), [id]: changed } };
}

export function setInput(
  document: RunbookDocument,
  id: string,
  name: string,
  value: Json | undefined,
): RunbookDocument {
  const inputs = activitiesOf(document)[id]?.inputs ?? {};
  const changed = value === undefined ? without(inputs, name) : { ...inputs, [name]: value };
  return changeActivity(document, id, { inputs: Object.keys(changed).length ? changed : undefined });
}

export function moveActivities(
  document: RunbookDocument,
  places: ReadonlyMap<string, Point>,
): RunbookDocument {
  let moved = document;
  for (const [id, { x, y }] of places) moved = changeActivity(moved, id, { position: [snap(x), snap(y)] });
  return moved;
}

/** Whether a link may join these two: both exist, no loop on itself, not there yet, no cycle (spec 2.1). */
export function mayLink(document: RunbookDocument, from: string, to: string): boolean {
  const activities = activitiesOf(document);
  if (from === to || !activities[from] || !activities[to]) return false;
  const links = linksOf(document);
  if (links.some((link) => link.from === from && link.to === to)) return false;
  return !reaches(links, to, from);
}

export function reaches(links: readonly LinkDefinition[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...links.filter((link) => link.from === id).map((link) => link.to));
  }
  return false;
}

export function addLink(document: RunbookDocument, from: string, to: string): RunbookDocument {
  if (!mayLink(document, from, to)) return document;
  return { ...document, links: [...linksOf(document), { from, to }] };
}

export function changeLink(
  document: RunbookDocument,
  index: number,
  change: Partial<LinkDefinition>,
): RunbookDocument {
  const links = linksOf(document).map((link, at) => (at === index ? tidyLink({ ...link, ...change }) : link));
  return { ...document, links };
}

function tidyLink(link: LinkDefinition): LinkDefinition {
  const tidy = defined(link);
  if (sameJson(tidy.include, DEFAULT_INCLUDE)) delete tidy.include;
  if (tidy.exclude?.length === 0) delete tidy.exclude;
  return tidy;
}

/** Puts an activity into a link: the first half keeps the link's conditions, the second is a plain one. */
export function insertOnLink(document: RunbookDocument, index: number, id: string): RunbookDocument {
  const link = linksOf(document)[index];
  if (!link || link.from === id || link.to === id) return document;
  const first = changeLink(document, index, { to: id });
  return addLink(first, id, link.to);
}

/** Moves what follows an inserted activity to the right, as far as it needs the room. */
export function makeRoom(document: RunbookDocument, id: string): RunbookDocument {
  const activities = activitiesOf(document);
  const activity = activities[id];
  const before = linksOf(document).find((link) => link.to === id);
  const after = linksOf(document).find((link) => link.from === id);
  const [source, target] = [activities[before?.from ?? ''], activities[after?.to ?? '']];
  if (!activity || !source || !target || positionOf(target).x <= positionOf(source).x) return document;
  const at = { ...positionOf(activity), x: Math.max(positionOf(activity).x, positionOf(source).x + STEP) };
  const missing = Math.max(0, at.x + STEP - positionOf(target).x);
  const places = new Map([[id, at]]);
  for (const [other, { position }] of Object.entries(activities)) {
    if (other === id || !missing || !reaches(linksOf(document), id, other)) continue;
    places.set(other, { x: (position?.[0] ?? 0) + missing, y: position?.[1] ?? 0 });
  }
  return moveActivities(document, places);
}

/** Removes activities with their links, and links; the indexes are those of the given document. */
export function removeSelection(document: RunbookDocument, selection: Selection): RunbookDocument {
  const gone = new Set(selection.activities);
  const cut = new Set(selection.links);
  const activities = Object.fromEntries(
    Object.entries(activitiesOf(document)).filter(([id]) => !gone.has(id)),
  );
  const links = linksOf(document).filter(
    (link, index) => !cut.has(index) && !gone.has(link.from) && !gone.has(link.to),
  );
  return { ...document, activities, links };
}

/** As removeSelection, and joins what each removed activity had joined. The incoming link's conditions stay. */
export function removeAndHeal(document: RunbookDocument, selection: Selection): RunbookDocument {
  let healed = document;
  for (const id of selection.activities) {
    const incoming = linksOf(healed).filter((link) => link.to === id);
    const outgoing = linksOf(healed).filter((link) => link.from === id);
    healed = removeSelection(healed, { activities: [id], links: [] });
    const bridges = incoming.flatMap((link) => outgoing.map((next) => ({ ...link, to: next.to })));
    for (const bridge of bridges) {
      if (mayLink(healed, bridge.from, bridge.to))
        healed = { ...healed, links: [...linksOf(healed), bridge] };
    }
  }
  return healed;
}

export function changeSettings(document: RunbookDocument, change: Partial<RunbookSettings>): RunbookDocument {
  const settings = defined({ ...document.settings, ...change });
  return defined({ ...document, settings: Object.keys(settings).length ? settings : undefined });
}

export const changeRunbook = (
  document: RunbookDocument,
  change: { name?: string; description?: string | undefined; returned_data?: ReturnedItem[] | undefined },
): RunbookDocument => defined({ ...document, ...change });

/** Lines the selected activities up on the left edge (x) or the top edge (y) of the first. */
export function align(document: RunbookDocument, ids: readonly string[], axis: 'x' | 'y'): RunbookDocument {
  const places = ids.flatMap((id) => {
    const activity = activitiesOf(document)[id];
    return activity ? [{ id, at: positionOf(activity) }] : [];
  });
  const edge = Math.min(...places.map(({ at }) => at[axis]));
  return moveActivities(document, new Map(places.map(({ id, at }) => [id, { ...at, [axis]: edge }])));
}

/** The same object without the members that are undefined: defaults are omitted in the document. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
