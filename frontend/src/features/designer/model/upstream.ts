import type {
  ActivityDefinition,
  ActivityType,
  PublishedItem,
  RunbookDocument,
  ValueType,
} from '@/api/types';
import { activitiesOf, activityOf, linksOf } from './document';
import { reaches } from './edits';
import { FOR_EACH, groupOf, groupsAround, isGroup, WHILE } from './groups';
import { isObject } from './json';

export interface Preceding {
  id: string;
  activity: ActivityDefinition;
  /** Number of links and borders of groups between it and the activity that subscribes; 1 is the direct predecessor. */
  distance: number;
}

/** Under this name the error path reads what failed, as if it were an activity. */
export const ERROR = 'error';

type Distances = Map<string, number>;

/**
 * The activities that one may read, nearest first, equals in document order (spec 4.3): those before it, the groups
 * around it with those before them, what groups return, and on the error path all that is not on it.
 */
export function preceding(document: RunbookDocument, id: string): Preceding[] {
  const distances = before(document, id, 0);
  if (activityOf(document, id)?.type === WHILE) put(distances, returned(document, id, 0));
  for (let inner = id; groupOf(document, inner) !== ''; inner = groupOf(document, inner)) {
    const group = groupOf(document, inner);
    if (distances.has(group)) break; // Groups that contain each other.
    const outwards = farthest(distances) + 1;
    put(distances, new Map([[group, outwards]]));
    put(distances, before(document, group, outwards));
    if (activityOf(document, group)?.type === WHILE) put(distances, returned(document, group, outwards));
  }
  put(distances, onErrorPath(document, id, farthest(distances)));
  distances.delete(id);
  return Object.entries(activitiesOf(document))
    .flatMap(([key, activity]) => {
      const distance = distances.get(key);
      return distance === undefined ? [] : [{ id: key, activity, distance }];
    })
    .sort((a, b) => a.distance - b.distance);
}

/** Whether an activity lies on the error path, where `error` says what failed. */
export function isOnErrorPath(document: RunbookDocument, id: string): boolean {
  const entry = document.settings?.on_error;
  if (!entry || !activityOf(document, entry)) return false;
  const outermost = groupsAround(document, id).at(-1) ?? id;
  return reaches(linksOf(document), entry, outermost);
}

function onErrorPath(document: RunbookDocument, id: string, farthest: number): Distances {
  if (!isOnErrorPath(document, id)) return new Map();
  const others = Object.keys(activitiesOf(document)).filter((other) => !isOnErrorPath(document, other));
  return new Map(others.map((other) => [other, farthest + 1]));
}

/** What lies on links before an activity, with what the groups among those return; `offset` is added to distances. */
function before(document: RunbookDocument, id: string, offset: number): Distances {
  const links = linksOf(document);
  const distances: Distances = new Map();
  let ring = [id];
  for (let distance = offset + 1; ring.length > 0; distance += 1) {
    const next = new Set(links.filter((link) => ring.includes(link.to)).map((link) => link.from));
    ring = [...next].filter((each) => each !== id && !distances.has(each) && activityOf(document, each));
    for (const each of ring) distances.set(each, distance);
  }
  for (const [each, distance] of [...distances]) {
    if (isGroup(activityOf(document, each))) put(distances, returned(document, each, distance));
  }
  return distances;
}

/** What of a group's body can be read behind it: all that leads to what a For Each returns, the one of a While. */
function returned(document: RunbookDocument, group: string, offset: number): Distances {
  const id = activityOf(document, group)?.inputs?.return_data_from;
  if (typeof id !== 'string' || groupOf(document, id) !== group) return new Map();
  const found: Distances = new Map([[id, offset]]);
  if (activityOf(document, group)?.type === FOR_EACH) put(found, before(document, id, offset));
  return found;
}

function put(distances: Distances, more: Distances): void {
  for (const [id, distance] of more) if (!distances.has(id)) distances.set(id, distance);
}

const farthest = (distances: Distances): number => Math.max(0, ...distances.values());

/** What an activity publishes: the items of its type, then those its inputs declare. */
export function publishedBy(activity: ActivityDefinition, type: ActivityType | undefined): PublishedItem[] {
  if (!type) return [];
  const known = new Set(type.published.map((item) => item.name));
  return [...type.published, ...dynamicItems(activity, type).filter((item) => !known.has(item.name))];
}

function dynamicItems(activity: ActivityDefinition, type: ActivityType): PublishedItem[] {
  const dynamic = type.dynamic_items;
  const rows = dynamic && (activity.inputs?.[dynamic.input] ?? null);
  if (isObject(rows)) return Object.keys(rows).map((name) => published(name, 'text', ''));
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row) => {
    if (typeof row === 'string') return row ? [published(row, 'text', '')] : [];
    if (!isObject(row)) return [];
    const name = row[dynamic?.name_column ?? 'name'];
    const kind = row[dynamic?.type_column ?? 'type'];
    const description = typeof row.description === 'string' ? row.description : '';
    return typeof name === 'string' && name ? [published(name, valueType(kind), description)] : [];
  });
}

const published = (name: string, type: ValueType, description: string): PublishedItem => ({
  name,
  type,
  description,
  many: false,
});

const VALUE_TYPES: readonly string[] = ['text', 'number', 'boolean', 'date-time'];
const valueType = (type: unknown): ValueType =>
  typeof type === 'string' && VALUE_TYPES.includes(type) ? (type as ValueType) : 'text';

/** What the error path can read about the activity that failed. */
export const ERROR_ITEMS: PublishedItem[] = [
  published('Activity name', 'text', 'Of the activity that failed'),
  published('Error summary text', 'text', 'What went wrong, in its words'),
  published('Activity status', 'text', ''),
  published('Activity type', 'text', ''),
  published('Activity ID', 'text', ''),
  published('Time', 'date-time', 'When it failed'),
];

const END_PARTS = ['year', 'month', 'day', 'weekday', 'hours', 'minutes', 'seconds'];

/** The items every activity publishes (spec 4.2). */
export const COMMON_ITEMS: PublishedItem[] = [
  ['Activity status', 'text', 'How it ended: success, warning or failed'],
  ['Error summary text', 'text', 'What went wrong, in the words of the activity'],
  ['Activity duration', 'number', 'Seconds it took'],
  ['Activity name', 'text', 'Its name on the canvas'],
  ['Activity ID', 'text', ''],
  ['Activity type', 'text', 'The name of its type, whatever it was renamed to'],
  ['Activity Process ID', 'number', ''],
  ['Runbook name', 'text', ''],
  ['Runbook Process ID', 'number', ''],
  ['Server name', 'text', 'The runbook server it ran on'],
  ['Activity start time', 'date-time', 'Local time of the server'],
  ['Activity start time in UTC', 'date-time', ''],
  ['Activity end time', 'date-time', 'Local time of the server'],
  ['Activity end time in UTC', 'date-time', ''],
  ...END_PARTS.map((part) => [`Activity end time (${part})`, 'number', '']),
  ...END_PARTS.map((part) => [`Activity end time in UTC (${part})`, 'number', '']),
  ['Loop: Enabled', 'boolean', ''],
  ['Loop: Number of attempts', 'number', ''],
  ['Loop: Total duration', 'number', 'Seconds spent looping so far'],
  ['Loop: Delay between attempts', 'number', 'Seconds'],
  ['Loop: Loop error message', 'text', ''],
].map(([name = '', type, description = '']) => published(name, valueType(type), description));
