/** The text of an input: literals and `{{ }}` expressions, read by the grammar the server uses. */

const OPEN = '{{';

/** One subscription inside an expression; `start` and `end` bound the activity's id in the text. */
export interface Reference {
  activity: string;
  item: string;
  start: number;
  end: number;
}

export type Segment = { start: number; end: number; source: string } & (
  | { kind: 'text' }
  | { kind: 'item'; activity: string; item: string }
  | { kind: 'variable'; path: string }
  | { kind: 'expression'; references: Reference[] }
  | { kind: 'broken'; message: string }
);

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign';
  text: string;
  start: number;
  end: number;
}

const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<sign>\}\}|[[\]().,]))/sy;
const MAX_DEPTH = 40; // The server's bound on nested calls.
const CONSTANTS = new Set(['true', 'false', 'null']);

class Mistake extends Error {}

type Found =
  | { kind: 'constant' }
  | { kind: 'item'; reference: Reference }
  | { kind: 'variable'; path: string }
  | { kind: 'call' };

class Reader {
  readonly references: Reference[] = [];
  private depth = 0;

  constructor(
    private readonly source: string,
    public position: number,
  ) {}

  expression(): Found {
    const token = this.next();
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'constant' };
    if (token.kind === 'name') return this.named(token);
    throw new Mistake(`a value is expected instead of '${token.text}'`);
  }

  expect(sign: string): void {
    const token = this.next();
    if (token.text !== sign) throw new Mistake(`'${sign}' is expected instead of '${token.text}'`);
  }

  private named(name: Token): Found {
    const sign = this.peek();
    if (sign === '(') return this.call();
    if (name.text === 'var') return { kind: 'variable', path: this.bracketed() };
    if (sign === '[') return this.subscription(name, this.bracketed());
    if (sign === '.') {
      this.next();
      return this.subscription(name, this.take('name'));
    }
    if (CONSTANTS.has(name.text)) return { kind: 'constant' };
    throw new Mistake(`'${name.text}' needs an item, written ${name.text}["Item name"]`);
  }

  private subscription(name: Token, item: string): Found {
    const reference = { activity: name.text, item, start: name.start, end: name.end };
    this.references.push(reference);
    return { kind: 'item', reference };
  }

  private call(): Found {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new Mistake('calls are nested too deep');
    this.next();
    for (let first = true; this.peek() !== ')'; first = false) {
      if (!first) this.expect(',');
      this.expression();
    }
    this.next();
    this.depth -= 1;
    return { kind: 'call' };
  }

  private bracketed(): string {
    this.expect('[');
    const text = unquote(this.take('text'));
    this.expect(']');
    return text;
  }

  private take(kind: Token['kind']): string {
    const token = this.next();
    if (token.kind !== kind) throw new Mistake(`a name is expected instead of '${token.text}'`);
    return token.text;
  }

  private peek(): string {
    return this.match()?.text ?? '';
  }

  private next(): Token {
    const token = this.match();
    if (!token) throw new Mistake("the expression is not closed with '}}'");
    this.position = token.end;
    return token;
  }

  private match(): Token | null {
    TOKEN.lastIndex = this.position;
    const groups = TOKEN.exec(this.source)?.groups;
    if (!groups) return null;
    const end = TOKEN.lastIndex;
    for (const kind of ['text', 'number', 'name', 'sign'] as const) {
      const text = groups[kind];
      if (text !== undefined) return { kind, text, start: end - text.length, end };
    }
    return null;
  }
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t' };

const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/gs, (_, sign: string) => ESCAPES[sign] ?? sign);

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
    if (found.kind === 'variable') return { kind: 'variable', path: found.path, ...place };
    return { kind: 'expression', references: reader.references, ...place };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    // A mistake reaches to the end, as it does on the server.
    return { kind: 'broken', start, end: text.length, source: text.slice(start), message: error.message };
  }
}

const pick = ({ activity, item }: Reference) => ({ activity, item });

export const itemToken = (activity: string, item: string): string => `{{ ${activity}[${quote(item)}] }}`;
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
    default:
      return segment.source;
  }
}

export const hasTokens = (text: string): boolean => text.includes(OPEN);

/** Puts a token in the place of a selected range; gives the new text and where the cursor goes. */
export function insertToken(text: string, token: string, from: number, to: number) {
  return { text: text.slice(0, from) + token + text.slice(to), cursor: from + token.length };
}
