import type {
  ActivityDefinition,
  ActivityType,
  PublishedItem,
  RunbookDocument,
  ValueType,
} from '@/api/types';
import { activitiesOf, linksOf } from './document';
import { isObject } from './json';

export interface Preceding {
  id: string;
  activity: ActivityDefinition;
  /** Number of links between it and the activity that subscribes; 1 is the direct predecessor. */
  distance: number;
}

/** The activities that precede one, nearest first, equals in document order (spec 4.4). */
export function preceding(document: RunbookDocument, id: string): Preceding[] {
  const links = linksOf(document);
  const activities = activitiesOf(document);
  const distances = new Map<string, number>();
  let ring = [id];
  for (let distance = 1; ring.length > 0; distance += 1) {
    const next = new Set(links.filter((link) => ring.includes(link.to)).map((link) => link.from));
    ring = [...next].filter((before) => before !== id && !distances.has(before));
    for (const before of ring) distances.set(before, distance);
  }
  return Object.entries(activities)
    .flatMap(([key, activity]) => {
      const distance = distances.get(key);
      return distance === undefined ? [] : [{ id: key, activity, distance }];
    })
    .sort((a, b) => a.distance - b.distance);
}

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
