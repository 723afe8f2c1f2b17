import { describe, expect, it } from 'vitest';
import { preceding, publishedBy } from './upstream';
import { drawn, type } from './testing';

const before = (links: string[], id: string) =>
  preceding(drawn(['a', 'b', 'c', 'd'], links), id).map((each) => `${each.id}${each.distance}`);

describe('preceding', () => {
  it('lists the nearest first', () => {
    expect(before(['a>b', 'b>c', 'c>d'], 'd')).toEqual(['c1', 'b2', 'a3']);
  });

  it('takes the shortest way when there are two', () => {
    expect(before(['a>b', 'b>c', 'a>c'], 'c')).toEqual(['a1', 'b1']);
  });

  it('leaves out what does not lead there', () => {
    expect(before(['a>b', 'c>d'], 'b')).toEqual(['a1']);
  });

  it('ends on a document with a cycle', () => {
    expect(before(['a>b', 'b>a'], 'a')).toEqual(['b1']);
  });
});

describe('publishedBy', () => {
  const declares = type('t.t', {
    published: [{ name: 'Own', type: 'text', description: '', many: false }],
    dynamic_items: { input: 'rows', name_column: 'name', type_column: 'type' },
  });
  const publishes = (rows: unknown) =>
    publishedBy({ type: 't.t', inputs: { rows: rows as never } }, declares).map(
      (item) => `${item.name}:${item.type}`,
    );

  it('adds the items that rows declare', () => {
    expect(publishes([{ name: 'Count', type: 'number' }])).toEqual(['Own:text', 'Count:number']);
  });

  it('passes over rows that declare nothing', () => {
    expect(publishes([{ type: 'number' }, 3, null, { name: 'X', type: 'odd' }])).toEqual([
      'Own:text',
      'X:text',
    ]);
  });

  it('takes the names of a mapping', () => {
    expect(publishes({ A: 1 })).toEqual(['Own:text', 'A:text']);
  });
});
