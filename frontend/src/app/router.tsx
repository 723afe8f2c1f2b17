import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { Outlet } from '@tanstack/react-router';
import { whenSignedOut } from '@/api/client';
import { messageOf } from '@/api/problem';
import { sessionKey, sessionOptions } from '@/api/session';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { pages } from './pages';
import { queryClient } from './query-client';
import { Shell } from './Shell';
import { PasswordRoute, SignInRoute } from './SignInRoute';
import { text } from './search';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => <Empty title="There is no such page">Choose one from the menu above.</Empty>,
  errorComponent: ({ error, reset }) => <ErrorNote message={messageOf(error)} onRetry={reset} />,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => ({ next: text(search.next) }),
  component: SignInRoute,
});

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  beforeLoad: async () => {
    const session = await queryClient.query({ ...sessionOptions, staleTime: 'static' });
    if (!session) throw redirect({ to: '/sign-in', search: { next: undefined } });
  },
  component: PasswordRoute,
});

/** Everything below asks for a session first, and for a password of one's own. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.query({ ...sessionOptions, staleTime: 'static' });
    if (!session) throw redirect({ to: '/sign-in', search: { next: location.href } });
    if (session.user.must_change_password) throw redirect({ to: '/password' });
  },
  component: Shell,
  pendingComponent: () => <Loading what="the page" />,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/runbooks', search: {} });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([signIn, password, signedIn.addChildren([home, ...pages(() => signedIn)])]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading what="the page" />,
});

whenSignedOut(() => {
  if (queryClient.getQueryData(sessionKey) === null) return;
  queryClient.setQueryData(sessionKey, null);
  void router.invalidate();
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
