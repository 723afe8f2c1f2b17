import { describe, expect, it } from 'vitest';
import type { RunbookDocument } from '@/api/types';
import { linksOf } from './document';
import { changeActivity } from './edits';
import { FOR_EACH, WHILE } from './groups';
import { isOnErrorPath, preceding, publishedBy } from './upstream';
import { drawn, grouped, type } from './testing';

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

describe('preceding, with groups', () => {
  const order = (document: RunbookDocument, id: string) => preceding(document, id).map((each) => each.id);
  const returns = (document: RunbookDocument, group: string, id: string, kind = FOR_EACH): RunbookDocument =>
    changeActivity(document, group, { type: kind, inputs: { return_data_from: id } });
  const linked = (links: string[]) => {
    const { links: drawnLinks = [] } = drawn([], links);
    return { ...grouped({ loop: ['a', 'b', 'c'] }, ['first', 'last']), links: drawnLinks };
  };
  const document = linked(['first>loop', 'loop>last', 'a>b', 'b>c']);

  it('reads inside a group what precedes there, the group, and what precedes that', () => {
    expect(order(document, 'b')).toEqual(['a', 'loop', 'first']);
  });

  it('reads behind a For Each what it returns and all before that inside', () => {
    expect(order(returns(document, 'loop', 'b'), 'last').sort()).toEqual(['a', 'b', 'first', 'loop']);
  });

  it('reads behind a While the one activity it returns', () => {
    expect(order(returns(document, 'loop', 'b', WHILE), 'last').sort()).toEqual(['b', 'first', 'loop']);
  });

  it('reads in a While what its last round returned, in the condition too', () => {
    const again = returns(document, 'loop', 'c', WHILE);
    expect([order(again, 'a').sort(), order(again, 'loop').sort()]).toEqual([
      ['c', 'first', 'loop'],
      ['c', 'first'],
    ]);
  });

  it('reads on the error path everything that is not on it', () => {
    const guarded = {
      ...document,
      settings: { on_error: 'last' },
      links: linksOf(linked(['first>loop', 'a>b'])),
    };
    expect(order(guarded, 'last').sort()).toEqual(['a', 'b', 'c', 'first', 'loop']);
    expect([isOnErrorPath(guarded, 'last'), isOnErrorPath(guarded, 'loop')]).toEqual([true, false]);
  });

  it('ends on groups that contain each other', () => {
    expect(order(grouped({ x: ['y'], y: ['x', 'a'] }), 'a').sort()).toEqual(['x', 'y']);
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
