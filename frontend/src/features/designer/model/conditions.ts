import type { Condition, ItemCondition, LinkDefinition, StatusCondition, ValueType } from '@/api/types';
import { includeOf } from './document';
import { sameJson } from './json';

const ORDER = [
  'is less than',
  'is greater than',
  'is less than or equal to',
  'is greater than or equal to',
  'is between',
];
const EQUALITY = ['equals', 'does not equal'];
const EMPTINESS = ['is empty', 'is not empty'];
const TEXT = [
  'contains',
  'does not contain',
  'starts with',
  'ends with',
  'matches pattern',
  'does not match pattern',
  'contains pattern',
  'is one of',
];
const MOMENT = ['is before', 'is after', 'is on or before', 'is on or after', 'is between'];

/** The operators that make sense for a type of item, usual ones first (spec 3.4). */
export function operatorsFor(type: ValueType): string[] {
  switch (type) {
    case 'number':
      return [...EQUALITY, ...ORDER, ...EMPTINESS];
    case 'boolean':
      return EQUALITY;
    case 'date-time':
      return [...MOMENT, ...EQUALITY, ...EMPTINESS];
    default:
      return [...EQUALITY, ...TEXT, ...ORDER, ...EMPTINESS];
  }
}

export const needsValue = (operator: string): boolean => !EMPTINESS.includes(operator);
export const needsUpper = (operator: string): boolean => operator === 'is between';

export const isStatusCondition = (condition: Condition): condition is StatusCondition =>
  'status' in condition;
export const isItemCondition = (condition: Condition): condition is ItemCondition => 'item' in condition;

/** A condition in words, e.g. `Line text contains "x"`. */
export function inWords(condition: Condition): string {
  if (isStatusCondition(condition)) return condition.status.join(' or ');
  if (isItemCondition(condition)) return itemInWords(condition);
  if ('all' in condition) return grouped(condition.all, ' and ');
  if ('any' in condition) return grouped(condition.any, ' or ');
  return `not (${inWords(condition.not)})`;
}

function itemInWords({ item, operator, value, upper }: ItemCondition): string {
  if (!needsValue(operator)) return `${item} ${operator}`;
  const second = needsUpper(operator) ? ` and ${upper ?? ''}` : '';
  return `${item} ${operator} ${value ?? ''}${second}`;
}

const grouped = (conditions: Condition[], word: string): string =>
  conditions.length ? `(${conditions.map(inWords).join(word)})` : '(nothing)';

/** What a link's filter says, short enough for the canvas; empty for the usual "on success". */
export function filterInWords(link: LinkDefinition): string {
  const include = includeOf(link);
  const parts: string[] = [];
  if (include.length === 0) parts.push('always');
  else if (!sameJson(include, [{ status: ['success'] }])) parts.push(include.map(inWords).join(' or '));
  if (link.exclude?.length) parts.push(`not if ${link.exclude.map(inWords).join(' or ')}`);
  return parts.join(', ');
}

export type LinkTone = 'success' | 'failure' | 'always' | 'mixed';

/** What kind of outcome a link carries on; it decides the colour when none is chosen. */
export function toneOf(link: LinkDefinition): LinkTone {
  const include = includeOf(link);
  if (include.length === 0) return 'always';
  const statuses = new Set(include.flatMap((each) => (isStatusCondition(each) ? each.status : [])));
  const bad = statuses.has('failed') || statuses.has('warning');
  if (bad && statuses.has('success')) return 'always';
  if (bad) return 'failure';
  return include.every((each) => isStatusCondition(each)) ? 'success' : 'mixed';
}

/** Whether the list editor can show it: status and item conditions, no groups. */
export const isPlain = (condition: Condition): boolean =>
  isStatusCondition(condition) || isItemCondition(condition);
