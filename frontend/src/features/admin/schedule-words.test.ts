import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPermitted, painted, stepped } from './hour-painting';
import { ALWAYS, daysInWords, HOURS, hoursInWords, windowInWords } from './schedule-words';

const NIGHT = '1'.repeat(6) + '0'.repeat(16) + '11';
const NEVER = '0'.repeat(24);
const cell = fc.record({ day: fc.nat(6), hour: fc.nat(23) });

it.each([
  [ALWAYS.days, 'Every day'],
  [
    { by: 'week' as const, weekdays: ['monday' as const, 'tuesday' as const, 'sunday' as const] },
    'Mon–Tue, Sun',
  ],
  [
    { by: 'week' as const, weekdays: ['friday' as const], occurrences: ['first' as const, 'last' as const] },
    'Fri: first, last of the month',
  ],
  [{ by: 'week' as const, weekdays: [] }, 'None'],
  [{ by: 'month' as const, text: '1-21' }, 'Days 1-21'],
])('says days in words', (days, words) => {
  expect(daysInWords(days)).toBe(words);
});

it('says hours in words, days in a row with the same hours together', () => {
  expect(hoursInWords(ALWAYS.hours)).toBe('All hours');
  expect(hoursInWords(ALWAYS.hours.map(() => NIGHT))).toBe('0–6, 22–24');
  expect(hoursInWords([NIGHT, NIGHT, NEVER, ...ALWAYS.hours.slice(3)])).toBe(
    'Mon–Tue 0–6, 22–24; Thu–Sun all hours',
  );
  expect(hoursInWords(ALWAYS.hours.map(() => NEVER))).toBe('None');
});

it.each([
  ['2026-11-23T08:00:00+01:00', '2026-11-23T18:00:00+01:00', 'Mon, 23 Nov 2026, 08:00 – 18:00 (UTC+01:00)'],
  ['2026-11-23T22:00:00Z', '2026-11-24T06:00:00Z', 'Mon, 23 Nov 2026, 22:00 – Tue, 24 Nov 2026, 06:00 (UTC)'],
  [
    '2026-10-25T02:00:00+02:00',
    '2026-10-25T03:00:00+01:00',
    'Sun, 25 Oct 2026, 02:00 (UTC+02:00) – 03:00 (UTC+01:00)',
  ],
  ['2026-11-23T08:00:12.5Z', null, 'Mon, 23 Nov 2026, 08:00 (UTC), without end'],
])('shows a window by the clock that counts, not by that of the browser', (start, end, words) => {
  expect(windowInWords({ start, end })).toBe(words);
});

it('paints the rectangle between two corners and nothing else', () => {
  fc.assert(
    fc.property(cell, cell, fc.boolean(), (from, to, permit) => {
      const rows = painted(
        ALWAYS.hours.map(() => NIGHT),
        from,
        to,
        permit,
      );
      const between = (one: number, other: number, middle: number) =>
        Math.min(one, other) <= middle && middle <= Math.max(one, other);
      rows.forEach((_, day) => {
        for (const hour of HOURS) {
          const inside = between(from.day, to.day, day) && between(from.hour, to.hour, hour);
          expect(isPermitted(rows, { day, hour })).toBe(inside ? permit : NIGHT[hour] === '1');
        }
      });
    }),
  );
});

it('stays in the grid whatever key is pressed', () => {
  expect(stepped({ day: 0, hour: 23 }, 'ArrowRight')).toEqual({ day: 0, hour: 23 });
  expect(stepped({ day: 6, hour: 5 }, 'Home')).toEqual({ day: 6, hour: 0 });
  expect(stepped({ day: 3, hour: 5 }, 'ArrowUp')).toEqual({ day: 2, hour: 5 });
  expect(stepped({ day: 3, hour: 5 }, 'a')).toBeNull();
});
