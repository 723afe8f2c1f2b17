import { ActionIcon, Popover, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { healthOptions } from '@/api/administration';
import { lookOf } from '@/shared/ui/Status';
import classes from './Shell.module.css';

const HealthPanel = lazy(() => import('@/features/health/HealthPanel'));

/** How the installation stands, on every page: a sign and a word, the first reason on hover, all of it on request. */
export function HealthSign() {
  const { data, isError } = useQuery(healthOptions);
  const [isOpen, setIsOpen] = useState(false);
  if (!data && !isError) return null;
  const { icon: Sign, tone, word } = lookOf(data?.status ?? 'failing');
  const worst = data?.checks.find(({ status }) => status === data.status);
  const reason = data
    ? data.status === 'ok'
      ? 'Everything is well'
      : (worst?.detail ?? '')
    : 'The web service does not answer';
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" width={460} shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={reason} disabled={isOpen}>
          <ActionIcon
            w="auto"
            px={6}
            className={classes.health}
            data-tone={tone}
            aria-label={`Health: ${word}. ${reason}`}
            onClick={() => setIsOpen(!isOpen)}
          >
            <Sign size={18} aria-hidden />
            {data?.status === 'ok' ? null : <span>{word}</span>}
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Health">
        <Suspense fallback="Loading…">
          <HealthPanel health={data} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
