/** A cell of the grid of hours: day from 0 (Monday) to 6, hour from 0 to 23. */
export interface Cell {
  day: number;
  hour: number;
}

export const isPermitted = (rows: string[], { day, hour }: Cell): boolean => rows[day]?.[hour] === '1';

/** The grid with all cells between two corners permitted or denied. */
export function painted(rows: string[], from: Cell, to: Cell, permit: boolean): string[] {
  const [top, bottom] = ordered(from.day, to.day);
  const [left, right] = ordered(from.hour, to.hour);
  const paint = (permit ? '1' : '0').repeat(right - left + 1);
  return rows.map((row, day) =>
    day < top || day > bottom ? row : row.slice(0, left) + paint + row.slice(right + 1),
  );
}

const STEPS: Record<string, Cell> = {
  ArrowUp: { day: -1, hour: 0 },
  ArrowDown: { day: 1, hour: 0 },
  ArrowLeft: { day: 0, hour: -1 },
  ArrowRight: { day: 0, hour: 1 },
  Home: { day: 0, hour: -24 },
  End: { day: 0, hour: 24 },
};

/** Where a key leads from a cell, or null for a key that leads nowhere. */
export function stepped({ day, hour }: Cell, key: string): Cell | null {
  const step = STEPS[key];
  return step ? { day: within(day + step.day, 6), hour: within(hour + step.hour, 23) } : null;
}

const within = (number: number, most: number): number => Math.min(Math.max(number, 0), most);
const ordered = (one: number, other: number): [number, number] => [
  Math.min(one, other),
  Math.max(one, other),
];
