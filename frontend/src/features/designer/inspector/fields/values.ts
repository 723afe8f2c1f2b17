import type { Json } from '@/api/types';

/** A JSON value as the text of an input box. */
export function toText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What someone typed into a number box: a number where it is one, else the text (a subscription, or not ready yet). */
export function toNumberOrText(text: string): Json | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text.trim() ? number : text;
}

export const toOptional = (text: string): string | undefined => (text === '' ? undefined : text);

export const isTruthy = (value: Json | undefined): boolean => value === true || value === 'true';
