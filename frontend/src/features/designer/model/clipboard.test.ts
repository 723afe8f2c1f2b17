import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copy, parse, paste } from './clipboard';
import { activitiesOf, linksOf } from './document';
import { setInput } from './edits';
import { documents, drawn, grouped } from './testing';

const noSecrets = () => false;

describe('copy and paste', () => {
  it('doubles a document under ids of its own', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const ids = Object.keys(activitiesOf(document));
        const clip = parse(copy(document, { activities: ids, links: [] }, noSecrets));
        if (!clip) throw new Error('not a clip');
        const pasted = paste(document, clip, { x: 0, y: 0 });
        expect(Object.keys(activitiesOf(pasted.document))).toHaveLength(ids.length * 2);
        expect(linksOf(pasted.document)).toHaveLength(linksOf(document).length * 2);
      }),
    );
  });

  it('makes subscriptions inside the clip follow the new ids', () => {
    const document = setInput(drawn(['a', 'b'], ['a>b']), 'b', 'text', '{{ a["Item"] }} {{ c["x"] }}');
    const clip = parse(copy(document, { activities: ['a', 'b'], links: [] }, noSecrets));
    if (!clip) throw new Error('not a clip');
    const pasted = paste(document, clip, { x: 0, y: 0 }).document;
    expect(activitiesOf(pasted).b_2?.inputs).toEqual({ text: '{{ a_2["Item"] }} {{ c["x"] }}' });
  });

  it('keeps members in the copy of their group, with what refers to them', () => {
    const document = setInput(grouped({ loop: ['a'] }), 'loop', 'return_data_from', 'a');
    const clip = parse(copy(document, { activities: ['loop', 'a'], links: [] }, noSecrets));
    if (!clip) throw new Error('not a clip');
    const pasted = activitiesOf(paste(document, clip, { x: 0, y: 0 }, () => true).document);
    expect([pasted.a_2?.group, pasted.loop_2?.inputs]).toEqual(['loop_2', { return_data_from: 'a_2' }]);
  });

  it('takes a member without its group out of it', () => {
    const document = grouped({ loop: ['a'] });
    const clip = parse(copy(document, { activities: ['a'], links: [] }, noSecrets));
    if (!clip) throw new Error('not a clip');
    expect(activitiesOf(paste(document, clip, { x: 0, y: 0 }).document).a_2?.group).toBeUndefined();
  });

  it('leaves secrets behind', () => {
    const document = setInput(setInput(drawn(['a']), 'a', 'password', 'x'), 'a', 'user', 'me');
    const text = copy(document, { activities: ['a'], links: [] }, (_type, input) => input === 'password');
    expect(parse(text)?.activities.a?.inputs).toEqual({ user: 'me' });
  });

  it('takes no other text for a clip', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parse(text)).toBeNull();
      }),
    );
  });
});
