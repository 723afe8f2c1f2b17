import { Mistake, Reader, type Reference, type Resource } from './expression';

/** The text of an input: literals and `{{ }}` expressions. */

const OPEN = '{{';

export type Segment = { start: number; end: number; source: string } & (
  | { kind: 'text' }
  | { kind: 'item'; activity: string; item: string }
  | { kind: Resource; path: string }
  | { kind: 'expression'; references: Reference[] }
  | { kind: 'broken'; message: string }
);

const quote = (text: string): string =>
  `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;

/** The parts of a text in order; together they cover it without gap or overlap. */
export function scan(text: string): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  for (let start = text.indexOf(OPEN); start >= 0; start = text.indexOf(OPEN, position)) {
    if (start > position) segments.push(literal(text, position, start));
    const segment = read(text, start);
    segments.push(segment);
    position = segment.end;
  }
  if (position < text.length) segments.push(literal(text, position, text.length));
  return segments;
}

const literal = (text: string, start: number, end: number): Segment => ({
  kind: 'text',
  start,
  end,
  source: text.slice(start, end),
});

function read(text: string, start: number): Segment {
  const reader = new Reader(text, start + OPEN.length);
  try {
    const found = reader.expression();
    reader.expect('}}');
    const place = { start, end: reader.position, source: text.slice(start, reader.position) };
    if (found.kind === 'item') return { kind: 'item', ...place, ...pick(found.reference) };
    if ('path' in found) return { kind: found.kind, path: found.path, ...place };
    return { kind: 'expression', references: reader.references, ...place };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    // A mistake reaches to the end, as it does on the server.
    return { kind: 'broken', start, end: text.length, source: text.slice(start), message: error.message };
  }
}

const pick = ({ activity, item }: Reference) => ({ activity, item });

export const itemToken = (activity: string, item: string): string => `{{ ${activity}[${quote(item)}] }}`;
export const counterToken = (path: string): string => `{{ counter[${quote(path)}] }}`;
export const groupToken = (path: string): string => `{{ group[${quote(path)}] }}`;
export const variableToken = (path: string): string => `{{ var[${quote(path)}] }}`;

/** Every subscription in a text, those inside calls included. */
export function references(text: string): Reference[] {
  return scan(text).flatMap((segment) => {
    if (segment.kind === 'expression') return segment.references;
    if (segment.kind !== 'item') return [];
    const start = text.indexOf(segment.activity, segment.start);
    const { activity, item } = segment;
    return [{ activity, item, start, end: start + activity.length }];
  });
}

/** The same text with activities' ids replaced; used when activities are pasted under new ids. */
export function renameActivities(text: string, ids: ReadonlyMap<string, string>): string {
  return references(text)
    .reverse()
    .reduce((changed, { activity, start, end }) => {
      const renamed = ids.get(activity);
      return renamed === undefined ? changed : changed.slice(0, start) + renamed + changed.slice(end);
    }, text);
}

/** How people read a segment: `{Item from "Activity name"}`. */
export function readable(segment: Segment, activityName: (id: string) => string): string {
  switch (segment.kind) {
    case 'item':
      return `{${segment.item} from "${activityName(segment.activity)}"}`;
    case 'variable':
      return `{${segment.path}}`;
    case 'counter':
      return `{counter ${segment.path}}`;
    case 'group':
      return `{computer of ${segment.path}}`;
    default:
      return segment.source;
  }
}

export const hasTokens = (text: string): boolean => text.includes(OPEN);

/** Puts a token in the place of a selected range; gives the new text and where the cursor goes. */
export function insertToken(text: string, token: string, from: number, to: number) {
  return { text: text.slice(0, from) + token + text.slice(to), cursor: from + token.length };
}
