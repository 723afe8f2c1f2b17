import type { Days, Schedule, ScheduleWindow } from './schedule-api';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const satisfies Extract<Days, { by: 'week' }>['weekdays'];
export const OCCURRENCES = ['first', 'second', 'third', 'fourth', 'last'] as const satisfies Extract<
  Days,
  { by: 'week' }
>['occurrences'];
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const ALL_DAY = '1'.repeat(HOURS.length);

/** What a new schedule says: it permits always. */
export const ALWAYS: Omit<Schedule, 'id' | 'path' | 'description'> = {
  time_zone: '',
  days: { by: 'week', weekdays: [...WEEKDAYS], occurrences: [...OCCURRENCES] },
  hours: WEEKDAYS.map(() => ALL_DAY),
  exceptions: [],
};

export const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
export const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** The days of a schedule, for a table. */
export function daysInWords(days: Days): string {
  if (days.by === 'month') return `Days ${days.text}`;
  const weekdays = days.weekdays ?? WEEKDAYS;
  const occurrences = days.occurrences ?? OCCURRENCES;
  if (!weekdays.length || !occurrences.length) return 'None';
  const named = weekdays.length === WEEKDAYS.length ? 'Every day' : inRuns(weekdays);
  return occurrences.length === OCCURRENCES.length
    ? named
    : `${named}: ${occurrences.join(', ')} of the month`;
}

/** The permitted hours, for a table: days in a row with the same hours together. */
export function hoursInWords(rows: string[]): string {
  const groups: { first: number; last: number; row: string }[] = [];
  rows.forEach((row, day) => {
    const previous = groups.at(-1);
    if (previous?.row === row) previous.last = day;
    else groups.push({ first: day, last: day, row });
  });
  const parts = groups
    .filter(({ row }) => row.includes('1'))
    .map(({ first, last, row }) => ({ days: daySpan(first, last), hours: rowInWords(row) }));
  if (parts.length === 1 && groups.length === 1) return capitalized(parts[0]?.hours ?? '');
  return parts.map(({ days, hours }) => `${days} ${hours}`).join('; ') || 'None';
}

function rowInWords(row: string): string {
  if (row === ALL_DAY) return 'all hours';
  return [...row.matchAll(/1+/g)].map((run) => `${run.index}–${run.index + run[0].length}`).join(', ');
}

const short = (day: number): string => capitalized((WEEKDAYS[day] ?? '').slice(0, 3));
const daySpan = (first: number, last: number): string =>
  first === last ? short(first) : `${short(first)}–${short(last)}`;

function inRuns(weekdays: readonly string[]): string {
  const flags = WEEKDAYS.map((day) => (weekdays.includes(day) ? '1' : '0')).join('');
  return [...flags.matchAll(/1+/g)]
    .map((run) => daySpan(run.index, run.index + run[0].length - 1))
    .join(', ');
}

const dateFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A moment as the clock that counts shows it, whatever the zone of the browser: what the API wrote is taken apart. */
function shown(moment: string): { date: string; time: string; offset: string } {
  const [date = '', rest = ''] = moment.split('T');
  const offset = /(Z|[+-]\d\d:\d\d(:\d\d)?)$/.exec(rest)?.[0] ?? '';
  return {
    date: dateFormat.format(new Date(`${date}T00:00:00Z`)),
    time: rest.slice(0, 5),
    offset: offset === 'Z' ? 'UTC' : `UTC${offset}`,
  };
}

/** When a window begins and ends, in words. */
export function windowInWords({ start, end }: ScheduleWindow): string {
  const from = shown(start);
  const begin = `${from.date}, ${from.time}`;
  if (end === null) return `${begin} (${from.offset}), without end`;
  const until = shown(end);
  const close = until.date === from.date ? until.time : `${until.date}, ${until.time}`;
  return from.offset === until.offset
    ? `${begin} – ${close} (${from.offset})`
    : `${begin} (${from.offset}) – ${close} (${until.offset})`;
}
