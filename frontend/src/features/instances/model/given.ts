import type { Json, PublishedItem, Row, ValueType } from '@/api/types';

/** What people type in place of data: cells of records, and inputs. */

export interface Cell {
  item: string;
  text: string;
}

/** A typed text as a value of its type; a text that is none of it stays a text. */
export function valueOf(text: string, type: ValueType): string | number | boolean {
  const trimmed = text.trim();
  if (type === 'number' && trimmed !== '' && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (type === 'boolean' && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  return text;
}

/** The rows of a form as records; cells without a name are left out. */
export function recordsOf(rows: readonly Cell[][], items: readonly PublishedItem[]): Row[] {
  const types = new Map(items.map(({ name, type }) => [name, type]));
  return rows.map((cells) =>
    Object.fromEntries(
      cells
        .filter(({ item }) => item.trim() !== '')
        .map(({ item, text }) => [item.trim(), valueOf(text, types.get(item.trim()) ?? 'text')]),
    ),
  );
}

/** An input as the text of its box. */
export const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/**
 * The inputs that were changed, as values of the kind they had: what was no text is read as JSON, and stays a text when
 * it is none.
 */
export function changedInputs(
  before: Record<string, unknown>,
  texts: Readonly<Record<string, string>>,
): Record<string, Json> {
  const changed = Object.entries(texts).filter(([name, text]) => text !== textOf(before[name]));
  return Object.fromEntries(changed.map(([name, text]) => [name, alike(before[name], text)]));
}

function alike(before: unknown, text: string): Json {
  if (before === null || before === undefined || typeof before === 'string') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
