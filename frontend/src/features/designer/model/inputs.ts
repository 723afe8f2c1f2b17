import type { ActivityType, Field, Json } from '@/api/types';

const text = (value: Json | undefined): string =>
  value === undefined || value === null || typeof value === 'object' ? '' : String(value);

/** Whether a field counts for these inputs; its condition looks at another input's value or default. */
export function isShown(field: Field, type: ActivityType, inputs: Record<string, Json>): boolean {
  const condition = field.shown_when;
  if (!condition) return true;
  const other = type.inputs.find(({ name }) => name === condition.input);
  const value = text(inputs[condition.input] ?? other?.default);
  return condition.values.includes(value);
}

export const shownFields = (type: ActivityType, inputs: Record<string, Json>): Field[] =>
  type.inputs.filter((field) => isShown(field, type, inputs));

/** The names of the tabs that have something to show, in the order of the inputs. */
export function tabsOf(type: ActivityType, inputs: Record<string, Json>): string[] {
  return [...new Set(shownFields(type, inputs).map(({ tab }) => tab || 'Details'))];
}
