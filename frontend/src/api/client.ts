import createClient, { type Middleware } from 'openapi-fetch';
import { problemFrom, Unreachable } from './problem';
import type { paths } from './schema';

const CSRF_HEADER = 'X-CSRF-Token';
const SESSION = '/api/v1/session';

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** Every write carries this token; GET /session and sign-in give it. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called once an answer says that the session has ended. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

const withCsrfToken: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set(CSRF_HEADER, csrfToken);
  },
};

const withProblems: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== SESSION) onSignedOut();
    if (!response.ok) throw await problemFrom(response);
  },
};

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable();
  }
}

/** The API, typed by its OpenAPI description. What is no success is thrown as Problem or Unreachable. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  fetch: reach,
});
api.use(withCsrfToken, withProblems);

/** The body of an answer; the client has thrown already when there was none. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** A cursor as the API takes it: absent for the first page. */
export const cursorOf = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {});
