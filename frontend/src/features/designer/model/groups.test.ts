import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activitiesOf, linksOf, positionOf } from './document';
import { addActivity, dissolve, leftBehind, mayLink, removeSelection, whyNoLink, withInside } from './edits';
import { boundsOf, contains, groupAt, groupOf, insideOf, mayJoin, membersOf } from './groups';
import { boxes, linkUnder } from './graph';
import { dropActivities, joinGroup, moveActivities, placeIn } from './places';
import { marksOf } from './problems';
import { grouped, groupings, type } from './testing';

const at = (x: number, y: number) => ({ x, y });
const place = (document: ReturnType<typeof grouped>, id: string) =>
  positionOf(activitiesOf(document)[id] ?? { type: '' });

describe('a frame', () => {
  it('encloses its members, with room for its name', () => {
    expect(boundsOf(grouped({ loop: ['a'] }), 'loop')).toEqual({ x: -20, y: -80, width: 280, height: 160 });
  });

  it('stands at its own place while it is empty', () => {
    expect(boundsOf(grouped({ loop: [] }), 'loop')).toMatchObject({ width: 280, height: 160 });
  });

  it('holds the frames inside it', () => {
    const document = grouped({ outer: ['inner'], inner: ['a'] });
    const [outer, inner] = [boundsOf(document, 'outer'), boundsOf(document, 'inner')];
    expect([outer.x, outer.y]).toEqual([inner.x - 20, inner.y - 80]);
  });

  it('is drawn before what lies on it', () => {
    const drawn = boxes(grouped({ outer: ['inner'], inner: ['a'] }), new Map(), marksOf([]), {});
    expect(drawn.map((box) => `${box.id} in ${box.group}`)).toEqual([
      'outer in ',
      'inner in outer',
      'a in inner',
    ]);
  });

  it('is not drawn inside itself when groups contain each other', () => {
    const drawn = boxes(grouped({ x: ['y'], y: ['x', 'a'] }), new Map(), marksOf([]), {});
    expect(drawn.map(({ group }) => group)).toEqual(['', '', '']);
  });

  it('takes its members along', () => {
    const document = grouped({ loop: ['a', 'b'] });
    const { x, y } = boundsOf(document, 'loop');
    const moved = moveActivities(document, new Map([['loop', at(x + 100, y + 40)]]));
    expect(boundsOf(moved, 'loop')).toMatchObject({ x: x + 100, y: y + 40 });
    expect(place(moved, 'b')).toEqual(at(place(document, 'b').x + 100, place(document, 'b').y + 40));
  });

  it('stays where it was when its last member leaves', () => {
    const document = grouped({ loop: ['a'] });
    const { x, y } = boundsOf(document, 'loop');
    expect(boundsOf(removeSelection(document, { activities: ['a'], links: [] }), 'loop')).toMatchObject({
      x,
      y,
    });
  });
});

describe('dragging', () => {
  const document = grouped({ loop: ['a'] }, ['b']);

  it('onto a frame joins its group', () => {
    expect(groupOf(dropActivities(document, new Map([['b', at(20, 0)]])), 'b')).toBe('loop');
  });

  it('out of the frame leaves it, and no word of it in the document', () => {
    const left = dropActivities(document, new Map([['a', at(0, 600)]]));
    expect(activitiesOf(left).a).not.toHaveProperty('group');
  });

  it('a frame onto another nests it', () => {
    const two = grouped({ loop: ['a'], other: [] });
    const { x, y } = boundsOf(two, 'loop');
    expect(groupOf(dropActivities(two, new Map([['other', at(x, y)]])), 'other')).toBe('loop');
  });

  it('a frame with what was beside it joins nothing', () => {
    const moved = dropActivities(
      document,
      new Map([
        ['loop', at(400, 400)],
        ['b', at(0, 0)],
      ]),
    );
    expect(groupOf(moved, 'b')).toBe('');
  });

  it('moves what stands beside a frame that grows', () => {
    const crowded = moveActivities(document, new Map([['b', at(280, 0)]]));
    const added = addActivity(crowded, type('test.c'), placeIn(crowded, 'loop'), 'loop').document;
    const { x, width } = boundsOf(added, 'loop');
    expect(place(added, 'b').x).toBeGreaterThanOrEqual(x + width);
  });
});

describe('membership', () => {
  it('is refused by itself and by what is inside', () => {
    const document = grouped({ outer: ['inner'], inner: ['a'] });
    expect([mayJoin(document, 'outer', 'inner'), mayJoin(document, 'outer', 'outer')]).toEqual([
      false,
      false,
    ]);
    expect(joinGroup(document, 'outer', 'inner')).toBe(document);
  });

  it('brings an activity into the frame, and out of it', () => {
    const document = grouped({ loop: ['a'] }, ['b']);
    const joined = joinGroup(document, 'b', 'loop');
    expect(membersOf(joined, 'loop')).toEqual(['a', 'b']);
    const left = joinGroup(joined, 'b', '');
    expect(groupAt(left, place(left, 'b'))).toBe('');
  });

  it('keeps frames around their members, whatever joins whatever', () => {
    fc.assert(
      fc.property(groupings, (document) => {
        for (const id of Object.keys(activitiesOf(document))) {
          expect(insideOf(document, id)).not.toContain(id);
          for (const member of membersOf(document, id)) {
            if (groupOf(document, member))
              expect(contains(boundsOf(document, id), boundsOf(document, member))).toBe(true);
          }
        }
      }),
    );
  });
});

describe('links and groups', () => {
  const document = grouped({ loop: ['a', 'b'] }, ['c']);

  it('a link inside may be drawn, one across the border may not', () => {
    expect([
      mayLink(document, 'a', 'b'),
      mayLink(document, 'loop', 'c'),
      mayLink(document, 'a', 'c'),
    ]).toEqual([true, true, false]);
    expect(whyNoLink(document, 'c', 'a')).toContain('border');
  });

  it('no link leads to the beginning of the error path', () => {
    const guarded = { ...document, settings: { on_error: 'c' } };
    expect(whyNoLink(guarded, 'loop', 'c')).toContain('error path');
  });

  it('a box dropped into a frame finds the links inside it only', () => {
    const linked = { ...document, links: [{ from: 'a', to: 'b' }] };
    const { x, y } = place(linked, 'a');
    expect([linkUnder(linked, at(x + 150, y), 'loop'), linkUnder(linked, at(x + 150, y), '')]).toEqual([
      0,
      null,
    ]);
  });
});

describe('deleting a group', () => {
  const document = { ...grouped({ outer: ['inner'], inner: ['a'] }), links: [{ from: 'outer', to: 'gone' }] };
  const selection = { activities: ['inner'], links: [] };

  it('asks about members that are not deleted anyway', () => {
    expect(leftBehind(document, selection)).toEqual(['inner']);
    expect(leftBehind(document, withInside(document, selection))).toEqual([]);
  });

  it('can move its members one level up', () => {
    const left = removeSelection(dissolve(document, selection), selection);
    expect([groupOf(left, 'a'), linksOf(left).length]).toEqual(['outer', 1]);
  });
});
