import { AppShell, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { doubtsOptions } from '@/api/instances';
import { LiveUpdates } from '@/api/live';
import { LiveContext } from '@/api/live-context';
import { HealthSign } from './HealthSign';
import classes from './Shell.module.css';
import { SchemeSwitch, UserMenu } from './menus';

const PLACES = [
  { to: '/runbooks', name: 'Runbooks' },
  { to: '/jobs', name: 'Jobs' },
  { to: '/doubts', name: 'In doubt' },
  { to: '/events', name: 'Events' },
  { to: '/servers', name: 'Servers' },
  { to: '/variables', name: 'Variables' },
  { to: '/counters', name: 'Counters' },
  { to: '/computer-groups', name: 'Computer groups' },
  { to: '/schedules', name: 'Schedules' },
  { to: '/audit', name: 'Audit' },
] as const;

const HeldBanner = lazy(() => import('@/features/health/HeldBanner'));

/** The frame of every page behind the sign-in: name, places, the user's menu. */
export function Shell() {
  const client = useQueryClient();
  const [live] = useState(() => new LiveUpdates(client));
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return (
    <LiveContext value={live}>
      <AppShell header={{ height: 48 }} padding={0}>
        <AppShell.Header className={classes.header}>
          <a href="#content" className={classes.skip}>
            Skip to the content
          </a>
          <Link to="/runbooks" search={{}} className={classes.brand}>
            <img src="/favicon.svg" alt="" width={24} height={24} />
            Orchestrion
          </Link>
          <nav aria-label="Places" className={classes.places}>
            {PLACES.map(({ to, name }) => (
              <Link
                key={to}
                to={to}
                search={{}}
                className={classes.place}
                activeOptions={{ includeSearch: false }}
              >
                {name}
                {to === '/doubts' ? <DoubtCount /> : null}
              </Link>
            ))}
          </nav>
          <Group gap={4} ml="auto">
            <HealthSign />
            <SchemeSwitch />
            <UserMenu />
          </Group>
        </AppShell.Header>
        <AppShell.Main className={classes.main} id="content">
          <Suspense fallback={null}>
            <HeldBanner />
          </Suspense>
          <Outlet />
        </AppShell.Main>
      </AppShell>
    </LiveContext>
  );
}

function DoubtCount() {
  const { data } = useQuery(doubtsOptions);
  if (!data?.length) return null;
  return (
    <span className={classes.count}>
      {data.length}
      <span className="visually-hidden"> waiting for an answer</span>
    </span>
  );
}
