import type { Finding } from './types';

/** The body of an `application/problem+json` answer (RFC 9457) with this product's extra members. */
export interface ProblemBody {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  findings?: Finding[];
  /** The name of whoever holds the thing. */
  owner?: string;
  revision?: number;
  /** Each single mistake in words. */
  problems?: string[];
}

/** An answer of the server that is no success; `message` is fit to be shown. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title);
    this.name = 'Problem';
    this.status = body.status;
    this.code = body.code ?? '';
    this.body = body;
  }
}

/** The server could not be reached at all: nothing is known about what it did. */
export class Unreachable extends Error {
  constructor() {
    super('The server does not answer. Check the connection; the page tries again by itself.');
    this.name = 'Unreachable';
  }
}

/** Turns an answer that is no success into a Problem, whatever its body is. */
export async function problemFrom(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || `Error ${response.status}`, status: response.status };
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    return new Problem({ ...fallback, ...body });
  } catch {
    return new Problem(fallback);
  }
}

/** The text to show for whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}

export function isStatus(error: unknown, status: number): error is Problem {
  return error instanceof Problem && error.status === status;
}
