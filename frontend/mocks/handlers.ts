import { http, HttpResponse } from 'msw';
import type { Session } from '../src/api/types';
import { API, problem } from './answers';
import { authoring, library } from './authoring';
import { fill } from './history';
import { administration, operations } from './operations';
import { steering } from './steering';
import { me } from './world';

fill();

export const state = { signedIn: false, mustChange: true };
const session = (): Session => ({
  user: {
    id: me.id,
    name: me.name,
    display_name: 'Administrator',
    role: 'administrator',
    must_change_password: state.mustChange,
  },
  csrf_token: 'token',
});

const sessions = [
  http.get(`${API}/session`, () =>
    state.signedIn ? HttpResponse.json(session()) : problem(401, 'Sign in first.'),
  ),
  http.post(`${API}/session`, async ({ request }) => {
    const { password } = (await request.json()) as { password: string };
    if (password === 'wrong') return problem(401, 'User name or password is wrong.');
    state.signedIn = true;
    return HttpResponse.json(session());
  }),
  http.delete(`${API}/session`, () => {
    state.signedIn = false;
    return new HttpResponse(null, { status: 204 });
  }),
  http.post(`${API}/session/password`, () => {
    state.mustChange = false;
    return new HttpResponse(null, { status: 204 });
  }),
];

export const handlers = [
  ...sessions,
  ...authoring,
  ...library,
  ...operations,
  ...steering,
  ...administration,
];
