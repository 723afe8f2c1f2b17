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
  newActivityId,
  newActivityName,
  type Point,
  type Selection,
  snap,
} from './document';
import { boundsOf, groupOf, insideOf, isGroup, membersOf, type Rect } from './groups';
import { sameJson, without } from './json';
import { moveActivities, settled } from './places';

const GAP = 3 * GRID; // The least distance between an activity and the next one.

/** Named edits: each takes a document and gives a new one; the old one is never changed. */

export interface Added {
  document: RunbookDocument;
  id: string;
}

/** Adds an activity at a place, as a member of `group` ('' for none). */
export function addActivity(document: RunbookDocument, type: ActivityType, at: Point, group = ''): Added {
  const activities = activitiesOf(document);
  const types = new Map([[type.id, type]]);
  const id = newActivityId(type.id.split('.').at(-1) ?? type.name, Object.keys(activities));
  const names = Object.values(activities).map((activity) => nameOf(activity, types));
  const name = newActivityName(type.name, names);
  const position: [number, number] = [snap(at.x), snap(at.y)];
  const activity: ActivityDefinition = { type: type.id, name, position, ...(group ? { group } : {}) };
  const added = { ...document, activities: { ...activities, [id]: activity } };
  return { document: settled(document, added), id };
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

/** Why a link may not join these two, in words; null when it may (spec 2.1, 3.8). */
export function whyNoLink(document: RunbookDocument, from: string, to: string): string | null {
  const activities = activitiesOf(document);
  const links = linksOf(document);
  if (!activities[from] || !activities[to]) return 'One of the two activities does not exist.';
  if (from === to)
    return 'A link cannot lead back to its own activity. To repeat it, use its Looping settings.';
  if (links.some((link) => link.from === from && link.to === to)) return 'This link is there already.';
  if (groupOf(document, from) !== groupOf(document, to))
    return 'A link cannot cross the border of a group. Link the group itself, or activities of the same group.';
  if (to === document.settings?.on_error)
    return 'No link can lead to the activity that begins the error path.';
  return reaches(links, to, from) ? 'Links cannot form a cycle. To repeat activities, use a group.' : null;
}

/** Whether a link may join these two. */
export const mayLink = (document: RunbookDocument, from: string, to: string): boolean =>
  whyNoLink(document, from, to) === null;

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
  const before = linksOf(document).find((link) => link.to === id);
  const after = linksOf(document).find((link) => link.from === id);
  if (!activities[id] || !before || !after) return document;
  const self = boundsOf(document, id);
  const [first, second] = [boundsOf(document, before.from), boundsOf(document, after.to)];
  if (second.x <= first.x) return document;
  const at = { x: Math.max(self.x, first.x + first.width + GAP), y: self.y };
  const missing = Math.max(0, at.x + self.width + GAP - second.x);
  const places = new Map<string, Point>([[id, at]]);
  for (const other of Object.keys(activities)) {
    if (other === id || !missing || !reaches(linksOf(document), id, other)) continue;
    const { x, y } = boundsOf(document, other);
    places.set(other, { x: x + missing, y });
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
  return settled(document, { ...document, activities, links });
}

/** The selected groups that have members which are not selected: what is to become of those must be asked. */
export const leftBehind = (document: RunbookDocument, { activities }: Selection): string[] =>
  activities.filter(
    (id) =>
      isGroup(activitiesOf(document)[id]) &&
      membersOf(document, id).some((member) => !activities.includes(member)),
  );

/** The selection with everything that lies inside its groups. */
export const withInside = (document: RunbookDocument, { activities, links }: Selection): Selection => ({
  activities: [...new Set(activities.flatMap((id) => [id, ...insideOf(document, id)]))],
  links,
});

/** Takes the members of the selected groups out of them, one level up, where they stand. */
export function dissolve(document: RunbookDocument, { activities }: Selection): RunbookDocument {
  let dissolved = document;
  for (const group of activities.filter((id) => isGroup(activitiesOf(document)[id]))) {
    const above = groupOf(dissolved, group) || undefined;
    for (const member of membersOf(dissolved, group))
      dissolved = changeActivity(dissolved, member, { group: above });
  }
  return dissolved;
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
  const places = ids
    .filter((id) => activitiesOf(document)[id])
    .map((id): [string, Rect] => [id, boundsOf(document, id)]);
  const edge = Math.min(...places.map(([, at]) => at[axis]));
  return moveActivities(document, new Map(places.map(([id, { x, y }]) => [id, { x, y, [axis]: edge }])));
}

/** The same object without the members that are undefined: defaults are omitted in the document. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
