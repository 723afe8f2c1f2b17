import type {
  ActivityDefinition,
  ActivityType,
  Condition,
  LinkDefinition,
  RunbookDocument,
} from '@/api/types';

/** Canvas measures, in pixels: every box and every step is a multiple of the grid. */
export const GRID = 20;
export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 60;

export interface Point {
  x: number;
  y: number;
}

/** The activities and links that are selected; links are named by their index in the document. */
export interface Selection {
  activities: readonly string[];
  links: readonly number[];
}
export const NOTHING: Selection = { activities: [], links: [] };

export const DEFAULT_INCLUDE: Condition[] = [{ status: ['success'] }];

export const emptyDocument = (name: string): RunbookDocument => ({ orchestrion: 'runbook/1', name });

export const activitiesOf = (document: RunbookDocument): Record<string, ActivityDefinition> =>
  document.activities ?? {};

export const linksOf = (document: RunbookDocument): LinkDefinition[] => document.links ?? [];

export const activityOf = (document: RunbookDocument, id: string): ActivityDefinition | undefined =>
  document.activities?.[id];

export const positionOf = (activity: ActivityDefinition): Point => ({
  x: activity.position?.[0] ?? 0,
  y: activity.position?.[1] ?? 0,
});

export const snap = (value: number): number => Math.round(value / GRID) * GRID + 0;

export const includeOf = (link: LinkDefinition): Condition[] => link.include ?? DEFAULT_INCLUDE;

/** The name people see: the given one, else the type's, else the type's id. */
export function nameOf(activity: ActivityDefinition, types: ReadonlyMap<string, ActivityType>): string {
  return activity.name ?? types.get(activity.type)?.name ?? activity.type;
}

export function typesById(types: readonly ActivityType[]): Map<string, ActivityType> {
  return new Map(types.map((type) => [type.id, type]));
}

/** Words of the expressions, which are no ids. */
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'counter',
  'error',
  'false',
  'group',
  'not',
  'now',
  'null',
  'or',
  'true',
  'var',
]);
const ID_LENGTH = 60; // The format allows 64; the rest is for the number that makes an id unique.

/** An id for a new activity: readable, valid in the document's grammar, not taken. */
export function newActivityId(wanted: string, taken: Iterable<string>): string {
  const used = new Set([...taken, ...RESERVED]);
  const slug = wanted
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, ID_LENGTH);
  const base = slug || 'activity';
  if (!used.has(base)) return base;
  let number = 2;
  while (used.has(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}

/** A name that no other activity has, so that people can tell them apart on the canvas. */
export function newActivityName(wanted: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  if (!used.has(wanted)) return wanted;
  let number = 2;
  while (used.has(`${wanted} (${number})`)) number += 1;
  return `${wanted} (${number})`;
}

/**
 * The activities of no group that nothing leads to, in document order; the one that begins the error path does not
 * count. A runbook that may run has exactly one.
 */
export function startActivities(document: RunbookDocument): string[] {
  const targets = new Set(linksOf(document).map((link) => link.to));
  return Object.entries(activitiesOf(document))
    .filter(([id, { group }]) => !group && !targets.has(id) && id !== document.settings?.on_error)
    .map(([id]) => id);
}
