import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { text } from './search';

/* Every page is its own chunk: the first load holds the frame only. */
export function pages<Parent extends AnyRoute>(parent: () => Parent) {
  const runbooks = createRoute({
    getParentRoute: parent,
    path: '/runbooks',
    validateSearch: (
      search: Record<string, unknown>,
    ): { folder?: string | undefined; search?: string | undefined } => ({
      folder: text(search.folder),
      search: text(search.search),
    }),
    component: lazyRouteComponent(() => import('./routes/runbooks'), 'RunbooksRoute'),
  });
  const designer = createRoute({
    getParentRoute: parent,
    path: '/runbooks/$runbookId',
    validateSearch: (search: Record<string, unknown>): { job?: string | undefined } => ({
      job: text(search.job),
    }),
    component: lazyRouteComponent(() => import('./routes/designer'), 'DesignerRoute'),
  });
  const jobs = createRoute({
    getParentRoute: parent,
    path: '/jobs',
    validateSearch: (
      search: Record<string, unknown>,
    ): { status?: string | undefined; runbook?: string | undefined } => ({
      status: text(search.status),
      runbook: text(search.runbook),
    }),
    component: lazyRouteComponent(() => import('./routes/jobs'), 'JobsRoute'),
  });
  const job = createRoute({
    getParentRoute: parent,
    path: '/jobs/$jobId',
    component: lazyRouteComponent(() => import('./routes/jobs'), 'JobRoute'),
  });
  const instance = createRoute({
    getParentRoute: parent,
    path: '/instances/$instanceId',
    validateSearch: (
      search: Record<string, unknown>,
    ): { activity?: string | undefined; execution?: string | undefined } => ({
      activity: text(search.activity),
      execution: text(search.execution),
    }),
    component: lazyRouteComponent(() => import('./routes/instance'), 'InstanceRoute'),
  });
  const events = createRoute({
    getParentRoute: parent,
    path: '/events',
    validateSearch: (search: Record<string, unknown>): { type?: string | undefined } => ({
      type: text(search.type),
    }),
    component: lazyRouteComponent(() => import('./routes/admin'), 'EventsRoute'),
  });
  return [runbooks, designer, jobs, job, instance, events, ...plainPages(parent)] as const;
}

function plainPages<Parent extends AnyRoute>(parent: () => Parent) {
  const doubts = createRoute({
    getParentRoute: parent,
    path: '/doubts',
    component: lazyRouteComponent(() => import('@/features/instances/DoubtsPage'), 'DoubtsPage'),
  });
  const servers = createRoute({
    getParentRoute: parent,
    path: '/servers',
    component: lazyRouteComponent(() => import('@/features/servers/ServersPage'), 'ServersPage'),
  });
  const variables = createRoute({
    getParentRoute: parent,
    path: '/variables',
    component: lazyRouteComponent(() => import('@/features/admin/VariablesPage'), 'VariablesPage'),
  });
  const counters = createRoute({
    getParentRoute: parent,
    path: '/counters',
    component: lazyRouteComponent(() => import('@/features/admin/CountersPage'), 'CountersPage'),
  });
  const computerGroups = createRoute({
    getParentRoute: parent,
    path: '/computer-groups',
    component: lazyRouteComponent(() => import('@/features/admin/ComputerGroupsPage'), 'ComputerGroupsPage'),
  });
  const schedules = createRoute({
    getParentRoute: parent,
    path: '/schedules',
    component: lazyRouteComponent(() => import('@/features/admin/SchedulesPage'), 'SchedulesPage'),
  });
  const audit = createRoute({
    getParentRoute: parent,
    path: '/audit',
    component: lazyRouteComponent(() => import('@/features/admin/AuditPage'), 'AuditPage'),
  });
  const tokens = createRoute({
    getParentRoute: parent,
    path: '/tokens',
    component: lazyRouteComponent(() => import('@/features/admin/TokensPage'), 'TokensPage'),
  });
  return [doubts, servers, variables, counters, computerGroups, schedules, audit, tokens] as const;
}
