import type { Row } from '@/api/types';

/** Records typed as JSON: one object or a list of objects; none for an empty text, null for anything else. */
export function parseRecords(text: string): Row[] | null {
  if (text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.every(isRow) ? list : null;
  } catch {
    return null;
  }
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
