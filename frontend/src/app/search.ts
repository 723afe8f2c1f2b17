/** Reads search parameters of the address; anything unexpected counts as absent. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
