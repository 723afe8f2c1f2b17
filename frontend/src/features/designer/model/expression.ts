/** Reads what stands between the braces of a template, by the grammar the server uses. */

/** One subscription inside an expression; `start` and `end` bound the activity's id in the text. */
export interface Reference {
  activity: string;
  item: string;
  start: number;
  end: number;
}

/** What a path names, by the word in front of it. */
export type Resource = 'variable' | 'counter' | 'group';

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign';
  text: string;
  start: number;
  end: number;
}

const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<sign>\}\}|[=!<>]=|[[\]().,<>&+\-*/%]))/sy;
const MAX_DEPTH = 60; // The server's bound on nested expressions.
/** How tightly operators bind, as on the server; `not` and the sign of a number stand before their one operand. */
const LEVELS: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  ...Object.fromEntries(['==', '!=', '<', '<=', '>', '>='].map((sign) => [sign, 4])),
  '&': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};
const [LOOSEST, NOT, COMPARISON, NEGATION] = [1, 3, 4, 8];
const RESOURCES: Readonly<Record<string, Resource>> = { var: 'variable', counter: 'counter', group: 'group' };
const CONSTANTS = new Set(['true', 'false', 'null']);

/** What is wrong with an expression, in words. */
export class Mistake extends Error {}

/** What an expression is as a whole. */
export type Found =
  | { kind: 'constant' }
  | { kind: 'item'; reference: Reference }
  | { kind: Resource; path: string }
  | { kind: 'computed' };

/** Reads one expression of `source`, from `position`, and gathers the subscriptions in it. */
export class Reader {
  readonly references: Reference[] = [];
  private depth = 0;

  constructor(
    private readonly source: string,
    public position: number,
  ) {}

  /** Operands joined by operators that bind at least as tightly as `level`. */
  expression(level = LOOSEST): Found {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new Mistake('expressions are nested too deep');
    let found = this.operand(level);
    for (let at = this.level(); at >= level; at = this.level()) {
      this.operation(at);
      found = { kind: 'computed' };
    }
    this.depth -= 1;
    return found;
  }

  expect(sign: string): void {
    const token = this.next();
    if (token.text !== sign) throw new Mistake(`'${sign}' is expected instead of '${token.text}'`);
  }

  private level(): number {
    return LEVELS[this.peek()] ?? 0;
  }

  private operation(level: number): void {
    for (let count = 0; this.level() === level; count += 1) {
      this.next();
      if (count > 0 && level === COMPARISON)
        throw new Mistake("comparisons are not chained; join two by 'and'");
      this.expression(level + 1);
    }
  }

  private operand(level: number): Found {
    const token = this.next();
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'constant' };
    if (token.text === 'not') {
      if (level > NOT) throw new Mistake("'not' behind an operator stands in parentheses");
      this.expression(NOT);
      return { kind: 'computed' };
    }
    if (token.text === '-') {
      this.expression(NEGATION);
      return { kind: 'computed' };
    }
    if (token.text === '(') {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (token.kind === 'name' && !(token.text in LEVELS)) return this.named(token);
    throw new Mistake(`a value is expected instead of '${token.text}'`);
  }

  private named(name: Token): Found {
    if (CONSTANTS.has(name.text)) return { kind: 'constant' };
    const resource = RESOURCES[name.text];
    if (resource) return { kind: resource, path: this.bracketed() };
    const sign = this.peek();
    if (sign === '(') return this.call();
    if (sign === '[') return this.subscription(name, this.bracketed());
    if (sign === '.') {
      this.next();
      return this.subscription(name, this.take('name'));
    }
    throw new Mistake(`'${name.text}' needs an item, written ${name.text}["Item name"]`);
  }

  private subscription(name: Token, item: string): Found {
    const reference = { activity: name.text, item, start: name.start, end: name.end };
    this.references.push(reference);
    return { kind: 'item', reference };
  }

  private call(): Found {
    this.next();
    for (let first = true; this.peek() !== ')'; first = false) {
      if (!first) this.expect(',');
      this.expression();
    }
    this.next();
    return { kind: 'computed' };
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
