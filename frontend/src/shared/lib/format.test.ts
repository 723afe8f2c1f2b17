import { expect, it } from 'vitest';
import { formatAgo, formatDuration, formatMembers, formatValue, secondsBetween } from './format';

it('says lengths in the unit that fits', () => {
  expect([0, 0.24, 3.21, 42.4, 245, 7380, 90_000].map(formatDuration)).toEqual([
    '< 1 ms',
    '240 ms',
    '3.2 s',
    '42 s',
    '4 min 5 s',
    '2 h 3 min',
    '1 d 1 h',
  ]);
});

it('says how long ago something was', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  expect(formatAgo('2026-01-01T11:55:00Z', now)).toBe('5 minutes ago');
  expect(formatAgo('2026-01-01T11:59:58Z', now)).toBe('just now');
});

it('counts an open end until now', () => {
  expect(secondsBetween('2026-01-01T00:00:00Z', null, Date.parse('2026-01-01T00:00:05Z'))).toBe(5);
  expect(secondsBetween(null, null, 0)).toBeNull();
});

it('writes values on one line', () => {
  expect([formatValue(null), formatValue({ a: [1] }), formatMembers({ a: 1, b: 'x' })]).toEqual([
    '',
    '{"a":[1]}',
    'a: 1, b: x',
  ]);
});
