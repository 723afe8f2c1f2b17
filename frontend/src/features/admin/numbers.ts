/** What a field for numbers holds: a text while it is empty or half written. */
export type Entered = number | string;

/** The number that was entered; null for an empty field and for what is not a number yet, such as a lone minus. */
export function numberOf(entered: Entered): number | null {
  const number = typeof entered === 'number' ? entered : Number.parseFloat(entered);
  return Number.isFinite(number) ? number : null;
}
