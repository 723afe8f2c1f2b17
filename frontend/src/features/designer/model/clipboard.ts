import type { ActivityDefinition, Json, LinkDefinition, RunbookDocument } from '@/api/types';
import { activitiesOf, linksOf, newActivityId, type Point, positionOf, type Selection } from './document';
import { isObject, mapTexts } from './json';
import { renameActivities } from './template';

const FORMAT = 'orchestrion/activities/1';

export interface Clip {
  format: typeof FORMAT;
  activities: Record<string, ActivityDefinition>;
  links: LinkDefinition[];
}

/** The selected activities with the links between them, as text. `secret` names the inputs that stay behind. */
export function copy(
  document: RunbookDocument,
  selection: Selection,
  secret: (type: string, input: string) => boolean,
): string {
  const chosen = new Set(selection.activities);
  const activities = Object.fromEntries(
    Object.entries(activitiesOf(document))
      .filter(([id]) => chosen.has(id))
      .map(([id, activity]) => [id, withoutSecrets(activity, secret)]),
  );
  const links = linksOf(document).filter((link) => chosen.has(link.from) && chosen.has(link.to));
  const clip: Clip = { format: FORMAT, activities, links };
  return JSON.stringify(clip, null, 2);
}

function withoutSecrets(
  activity: ActivityDefinition,
  secret: (type: string, input: string) => boolean,
): ActivityDefinition {
  if (!activity.inputs) return activity;
  const inputs = Object.fromEntries(
    Object.entries(activity.inputs).filter(([name]) => !secret(activity.type, name)),
  );
  return { ...activity, inputs };
}

/** The clip a text holds, or null when the text is something else. */
export function parse(text: string): Clip | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.format !== FORMAT) return null;
    if (!isObject(value.activities) || !Array.isArray(value.links)) return null;
    const valid = Object.values(value.activities).every(
      (activity) => isObject(activity) && typeof activity.type === 'string',
    );
    return valid ? (value as unknown as Clip) : null;
  } catch {
    return null;
  }
}

/**
 * Adds a clip under new ids, `at` being its upper left corner. Subscriptions and groups inside it follow the new ids, as
 * do the inputs that hold ids of activities, which `refers` tells.
 */
export function paste(
  document: RunbookDocument,
  clip: Clip,
  at: Point,
  refers: (type: string, input: string) => boolean = () => false,
): { document: RunbookDocument; ids: string[] } {
  const taken = new Set(Object.keys(activitiesOf(document)));
  const ids = new Map<string, string>();
  for (const id of Object.keys(clip.activities)) {
    const fresh = newActivityId(id, taken);
    taken.add(fresh);
    ids.set(id, fresh);
  }
  const corner = cornerOf(Object.values(clip.activities));
  const added = Object.entries(clip.activities).map(([id, activity]): [string, ActivityDefinition] => {
    const { x, y } = positionOf(activity);
    const position: [number, number] = [at.x + x - corner.x, at.y + y - corner.y];
    return [ids.get(id) ?? id, renamed(regrouped({ ...activity, position }, ids, refers), ids)];
  });
  const links = clip.links.flatMap((link) => {
    const [from, to] = [ids.get(link.from), ids.get(link.to)];
    return from && to ? [renamed({ ...link, from, to }, ids)] : [];
  });
  const pasted = {
    ...document,
    activities: { ...activitiesOf(document), ...Object.fromEntries(added) },
    links: [...linksOf(document), ...links],
  };
  return { document: pasted, ids: [...ids.values()] };
}

/** An activity whose group and whose references to activities are by the new ids; a group not in the clip is left. */
function regrouped(
  { group, ...activity }: ActivityDefinition,
  ids: ReadonlyMap<string, string>,
  refers: (type: string, input: string) => boolean,
): ActivityDefinition {
  const fresh = ids.get(group ?? '');
  const inputs = Object.entries(activity.inputs ?? {}).map(([name, value]): [string, Json] => [
    name,
    refers(activity.type, name) ? mapTexts(value, (id) => ids.get(id) ?? id) : value,
  ]);
  return {
    ...activity,
    ...(fresh ? { group: fresh } : {}),
    ...(activity.inputs ? { inputs: Object.fromEntries(inputs) } : {}),
  };
}

const renamed = <T extends ActivityDefinition | LinkDefinition>(
  part: T,
  ids: ReadonlyMap<string, string>,
): T => mapTexts(part as unknown as Json, (text) => renameActivities(text, ids)) as unknown as T;

function cornerOf(activities: ActivityDefinition[]): Point {
  const places = activities.map(positionOf);
  return { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
}
