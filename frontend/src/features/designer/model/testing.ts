import fc from 'fast-check';
import type { ActivityDefinition, ActivityType, RunbookDocument } from '@/api/types';
import { activitiesOf, emptyDocument } from './document';
import { addActivity, addLink } from './edits';
import { FOR_EACH } from './groups';
import { joinGroup } from './places';

/** Builders and generators for the tests of the model. */

export const type = (id: string, more: Partial<ActivityType> = {}): ActivityType => ({
  id,
  pack: id.split('.')[0] ?? '',
  name: id,
  category: '',
  kind: 'activity',
  summary: '',
  icon: null,
  effect: { default: 'read', by_input: null },
  guarantee: null,
  inputs: [],
  published: [],
  dynamic_items: null,
  ...more,
});

const STEP = type('test.step');

/** A document with these activities, and links written as `a>b`. */
export function drawn(ids: string[], links: string[] = []): RunbookDocument {
  const activities = ids.map((id, index): [string, ActivityDefinition] => [
    id,
    { type: STEP.id, name: id.toUpperCase(), position: [index * 300, 0] },
  ]);
  return {
    ...emptyDocument('Test'),
    activities: Object.fromEntries(activities),
    links: links.map((link) => {
      const [from = '', to = ''] = link.split('>');
      return { from, to };
    }),
  };
}

/** A document with groups, by their members, and activities outside of them; each activity to the right of the last. */
export function grouped(groups: Record<string, string[]>, outside: string[] = []): RunbookDocument {
  const ids = [...new Set([...Object.keys(groups), ...Object.values(groups).flat(), ...outside])];
  const group = (id: string) => Object.keys(groups).find((each) => groups[each]?.includes(id));
  const plain = ids.filter((id) => !(id in groups));
  const activities = ids.map((id): [string, ActivityDefinition] => [
    id,
    {
      type: id in groups ? FOR_EACH : STEP.id,
      name: id.toUpperCase(),
      position: [Math.max(0, plain.indexOf(id)) * 300, id in groups ? 1000 : 0],
      ...(group(id) ? { group: group(id) ?? '' } : {}),
    },
  ]);
  return { ...emptyDocument('Test'), activities: Object.fromEntries(activities) };
}

/** Documents in which activities and groups were put into groups as authors can. */
export const groupings: fc.Arbitrary<RunbookDocument> = fc
  .array(fc.tuple(fc.nat(5), fc.nat(6)), { maxLength: 10 })
  .map((pairs) => {
    const ids = ['x', 'y', 'z', 'a', 'b', 'c'];
    let document = grouped({ x: [], y: [], z: [] }, ['a', 'b', 'c']);
    for (const [member, group] of pairs) document = joinGroup(document, ids[member] ?? '', ids[group] ?? '');
    return document;
  });

/** Documents made as authors make them: activities added, links drawn where they may be. */
export const documents: fc.Arbitrary<RunbookDocument> = fc
  .tuple(fc.integer({ min: 0, max: 7 }), fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 }))
  .map(([count, pairs]) => {
    let document = emptyDocument('Generated');
    for (let n = 0; n < count; n += 1) document = addActivity(document, STEP, { x: n * 40, y: 0 }).document;
    const ids = Object.keys(activitiesOf(document));
    for (const [from, to] of pairs) document = addLink(document, ids[from] ?? '', ids[to] ?? '');
    return document;
  });
