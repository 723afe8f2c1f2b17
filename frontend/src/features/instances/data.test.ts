import { expect, it } from 'vitest';
import { parseRecords } from './records';
import { spanOf } from './timeline';

it('takes one record or a list of them, and nothing else', () => {
  expect(parseRecords('{"a": 1}')).toEqual([{ a: 1 }]);
  expect(parseRecords('[{"a": 1}, {"a": 2}]')).toHaveLength(2);
  expect(parseRecords(' ')).toEqual([]);
  expect([parseRecords('3'), parseRecords('[1]'), parseRecords('{')]).toEqual([null, null, null]);
});

it('places an execution on the line of its run', () => {
  const at = (second: number) => new Date(second * 1000).toISOString();
  expect(spanOf({ started_at: at(5), ended_at: at(10) }, at(0), at(20), 0)).toEqual({ left: 25, width: 25 });
  expect(spanOf({ started_at: at(5), ended_at: null }, at(0), null, 10_000)).toEqual({ left: 50, width: 50 });
});
