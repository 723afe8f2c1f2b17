import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunbookDocument } from '@/api/types';
import { activitiesOf, linksOf, NODE_WIDTH, positionOf } from './document';
import {
  addActivity,
  addLink,
  changeActivity,
  changeLink,
  changeSettings,
  insertOnLink,
  makeRoom,
  mayLink,
  reaches,
  removeAndHeal,
  removeSelection,
  setInput,
} from './edits';
import { moveActivities } from './places';
import { documents, drawn, type } from './testing';

const pairs = (document: RunbookDocument) => linksOf(document).map((link) => `${link.from}>${link.to}`);
const names = (document: RunbookDocument) => Object.values(activitiesOf(document)).map((each) => each.name);

describe('addActivity', () => {
  it('gives every activity an id of its own that the format allows', () => {
    fc.assert(
      fc.property(documents, fc.string(), (document, name) => {
        const { document: added, id } = addActivity(document, type(`test.${name}`), { x: 0, y: 0 });
        expect(id).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
        expect(Object.keys(activitiesOf(added))).toHaveLength(Object.keys(activitiesOf(document)).length + 1);
      }),
    );
  });

  it('never takes a word of the grammar for an id', () => {
    expect(addActivity(drawn([]), type('test.var'), { x: 0, y: 0 }).id).toBe('var_2');
  });

  it('numbers equal names', () => {
    const once = addActivity(drawn([]), type('test.a', { name: 'A' }), { x: 0, y: 0 }).document;
    expect(names(addActivity(once, type('test.a', { name: 'A' }), { x: 0, y: 0 }).document)).toEqual([
      'A',
      'A (2)',
    ]);
  });
});

describe('links', () => {
  it('never make a cycle', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const links = linksOf(document);
        expect(links.some(({ from, to }) => reaches(links, to, from))).toBe(false);
      }),
    );
  });

  it('join two activities once', () => {
    expect(mayLink(drawn(['a', 'b'], ['a>b']), 'a', 'b')).toBe(false);
  });

  it('leave the usual filter out of the document', () => {
    const failed = changeLink(drawn(['a', 'b'], ['a>b']), 0, { include: [{ status: ['failed'] }] });
    expect(linksOf(failed)[0]?.include).toBeDefined();
    expect(linksOf(changeLink(failed, 0, { include: [{ status: ['success'] }] }))[0]).toEqual({
      from: 'a',
      to: 'b',
    });
  });

  it('keep an empty filter, which means always', () => {
    expect(linksOf(changeLink(drawn(['a', 'b'], ['a>b']), 0, { include: [] }))[0]?.include).toEqual([]);
  });
});

describe('insertOnLink', () => {
  it('puts the activity between, the conditions before it', () => {
    const conditional = changeLink(drawn(['a', 'b', 'c'], ['a>b']), 0, { include: [] });
    const inserted = insertOnLink(conditional, 0, 'c');
    expect(pairs(inserted)).toEqual(['a>c', 'c>b']);
    expect(linksOf(inserted)[0]?.include).toEqual([]);
  });

  it('finds room: what follows moves right', () => {
    const crowded = moveActivities(
      insertOnLink(drawn(['a', 'b', 'c'], ['a>b']), 0, 'c'),
      new Map([['c', { x: 160, y: 0 }]]),
    );
    const roomy = activitiesOf(makeRoom(crowded, 'c'));
    const x = (id: string) => positionOf(roomy[id] ?? { type: '' }).x;
    expect(x('c')).toBeGreaterThanOrEqual(x('a') + NODE_WIDTH);
    expect(x('b')).toBeGreaterThanOrEqual(x('c') + NODE_WIDTH);
  });
});

describe('removal', () => {
  it('leaves no link without both its ends', () => {
    fc.assert(
      fc.property(documents, fc.nat(6), (document, index) => {
        const id = Object.keys(activitiesOf(document))[index] ?? '';
        const left = removeSelection(document, { activities: [id], links: [] });
        expect(
          linksOf(left).every(({ from, to }) => activitiesOf(left)[from] && activitiesOf(left)[to]),
        ).toBe(true);
      }),
    );
  });

  it('heals: what was joined through the removed stays joined', () => {
    const healed = removeAndHeal(drawn(['a', 'b', 'c'], ['a>b', 'b>c']), { activities: ['b'], links: [] });
    expect(pairs(healed)).toEqual(['a>c']);
  });

  it('keeps reachability when it heals', () => {
    fc.assert(
      fc.property(documents, fc.nat(6), (document, index) => {
        const ids = Object.keys(activitiesOf(document));
        const gone = ids[index] ?? '';
        const healed = removeAndHeal(document, { activities: [gone], links: [] });
        for (const from of ids) {
          for (const to of ids) {
            if (from === gone || to === gone || from === to) continue;
            expect(reaches(linksOf(healed), from, to)).toBe(reaches(linksOf(document), from, to));
          }
        }
      }),
    );
  });
});

describe('defaults', () => {
  it('leave the document when a value is taken back', () => {
    const document = drawn(['a']);
    const set = setInput(document, 'a', 'path', '/tmp');
    expect(activitiesOf(set).a?.inputs).toEqual({ path: '/tmp' });
    expect(setInput(set, 'a', 'path', undefined)).toEqual(document);
  });

  it('leave the settings when nothing is set', () => {
    const document = drawn([]);
    const changed = changeSettings(document, { timeout_seconds: 5 });
    expect(changeSettings(changed, { timeout_seconds: undefined })).toEqual(document);
  });

  it('go for activities that exist only', () => {
    const document = drawn(['a']);
    expect(changeActivity(document, 'nobody', { name: 'x' })).toBe(document);
  });
});

it('never changes the document it is given', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const before = JSON.stringify(document);
      const id = Object.keys(activitiesOf(document))[0] ?? '';
      addLink(document, id, 'x');
      setInput(document, id, 'a', 1);
      insertOnLink(document, 0, id);
      removeAndHeal(document, { activities: [id], links: [0] });
      expect(JSON.stringify(document)).toBe(before);
    }),
  );
});
