import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counterToken,
  groupToken,
  insertToken,
  itemToken,
  readable,
  references,
  renameActivities,
  scan,
  variableToken,
} from './template';
import { RESERVED } from './document';

const kinds = (text: string) => scan(text).map((segment) => segment.kind);
const ids = fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/).filter((id) => !RESERVED.has(id));
const names = fc.string({ minLength: 1 });

describe('scan', () => {
  it('covers every text without gap or overlap', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.constantFrom('{{', '}}', 'a["b"]', '"', 'var', '(', ' ')),
        (text, parts) => {
          const whole = text + parts.join('');
          expect(
            scan(whole)
              .map((segment) => segment.source)
              .join(''),
          ).toBe(whole);
        },
      ),
    );
  });

  it('finds the item a token names, whatever characters it has', () => {
    fc.assert(
      fc.property(ids, names, (activity, item) => {
        expect(scan(itemToken(activity, item))).toMatchObject([{ kind: 'item', activity, item }]);
      }),
    );
  });

  it('finds the variable a token names', () => {
    fc.assert(
      fc.property(names, (path) => {
        expect(scan(variableToken(path))).toMatchObject([{ kind: 'variable', path }]);
      }),
    );
  });

  it('reads literals between tokens', () => {
    expect(kinds('a {{ x["i"] }} b {{ var["v"] }}')).toEqual(['text', 'item', 'text', 'variable']);
  });

  it('reads operators with the references on both sides', () => {
    const text = '{{ a["Size"] * 2 + -b.Count >= 10 and not (c["X"] == "y" or 1 % 2 < 1) }}';
    expect(references(text).map((each) => each.activity)).toEqual(['a', 'b', 'c']);
    expect(kinds(text)).toEqual(['expression']);
  });

  it('reads counters and computer groups', () => {
    expect(scan(counterToken('A/B') + groupToken('C'))).toMatchObject([
      { kind: 'counter', path: 'A/B' },
      { kind: 'group', path: 'C' },
    ]);
  });

  it.each(['{{ 1 < 2 < 3 }}', '{{ 1 + }}', '{{ 1 + not true }}', '{{ and }}', '{{ (1 }}', '{{ a }}'])(
    'finds the mistake in %s',
    (text) => expect(kinds(text)).toEqual(['broken']),
  );

  it('takes a call for an expression and keeps its references', () => {
    expect(
      references('{{ Upper(Trim(read["Line text"]), other.name) }}').map((each) => each.activity),
    ).toEqual(['read', 'other']);
  });

  it('calls an unclosed expression broken, up to the end', () => {
    expect(kinds('a {{ x["i"] ')).toEqual(['text', 'broken']);
  });

  it('calls a name without an item broken', () => {
    expect(kinds('{{ read }}')).toEqual(['broken']);
  });

  it('reads a literal opening as an expression, not as a mistake', () => {
    expect(kinds('{{ "{{" }}')).toEqual(['expression']);
  });
});

describe('renameActivities', () => {
  it('changes the ids and nothing else', () => {
    const text = 'x {{ a["a"] }} {{ Upper(a.b, "a") }} a';
    expect(renameActivities(text, new Map([['a', 'longer']]))).toBe(
      'x {{ longer["a"] }} {{ Upper(longer.b, "a") }} a',
    );
  });

  it('is undone by the opposite renaming', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, names), { maxLength: 4 }), (tokens) => {
        const text = tokens.map(([id, item]) => `t ${itemToken(id, item)}`).join('');
        const there = new Map(tokens.map(([id]) => [id, `${id}_zz`]));
        const back = new Map(tokens.map(([id]) => [`${id}_zz`, id]));
        expect(renameActivities(renameActivities(text, there), back)).toBe(text);
      }),
    );
  });
});

describe('readable', () => {
  it('says item and activity name', () => {
    const [segment] = scan('{{ read["Line text"] }}');
    expect(segment && readable(segment, () => 'Read Line')).toBe('{Line text from "Read Line"}');
  });
});

describe('insertToken', () => {
  it('replaces the selected range and puts the cursor behind the token', () => {
    expect(insertToken('abcd', 'XY', 1, 3)).toEqual({ text: 'aXYd', cursor: 3 });
  });
});
