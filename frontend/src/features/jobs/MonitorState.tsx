import { Button, Progress } from '@mantine/core';
import { IconBiohazard, IconPlayerPlayFilled, IconRipple } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useContinueJob } from '@/api/jobs';
import { monitorOptions } from '@/api/triggers';
import type { Monitor } from '@/api/types';
import { Ago } from '@/shared/ui/times';
import classes from './jobs.module.css';

/** How the monitor of a job stands: who watches, how full its queue is, and what keeps it from starting runs. */
export function MonitorState({ jobId }: { jobId: string }) {
  const { data: monitor } = useQuery(monitorOptions(jobId));
  if (!monitor) return null;
  return (
    <section aria-label="Monitor" className={classes.monitor}>
      {monitor.quarantined_at ? <Quarantine jobId={jobId} monitor={monitor} /> : null}
      {monitor.flooded_at ? <Flood monitor={monitor} /> : null}
      {monitor.error ? <div className={classes.error}>The monitor failed: {monitor.error}</div> : null}
      <div className={classes.monitorFacts}>
        <span>{whoWatches(monitor)}</span>
        <Queue monitor={monitor} />
        {monitor.failures > 0 ? (
          <span>
            {monitor.failures} failed in a row
            {monitor.failure_limit > 0 ? `, quarantine at ${monitor.failure_limit}` : ''}
          </span>
        ) : null}
        {monitor.dropped > 0 ? <span>{monitor.dropped} dropped in all</span> : null}
      </div>
    </section>
  );
}

function whoWatches({ state, server }: Monitor): string {
  if (state === 'held') return 'Nobody watches: it is held until somebody continues it';
  if (state === 'ready') return 'Nobody watches yet: it waits for a runbook server';
  return server ? `${server} watches` : 'A runbook server watches';
}

function Queue({ monitor }: { monitor: Monitor }) {
  const share = Math.min(100, (monitor.waiting / Math.max(1, monitor.waiting_limit)) * 100);
  return (
    <span className={classes.queue}>
      <Progress
        value={share}
        color={share >= 80 ? 'orange' : 'lake'}
        w={120}
        aria-label="Triggers that wait for their turn"
      />
      {monitor.waiting} of {monitor.waiting_limit} wait
    </span>
  );
}

function Quarantine({ jobId, monitor }: { jobId: string; monitor: Monitor }) {
  const resume = useContinueJob();
  return (
    <Banner
      sign={<IconBiohazard size={18} aria-hidden />}
      action={
        <Button
          leftSection={<IconPlayerPlayFilled size={14} />}
          loading={resume.isPending}
          onClick={() => resume.mutate(jobId)}
        >
          Resume
        </Button>
      }
    >
      <strong>In quarantine</strong> since <Ago at={monitor.quarantined_at} />. {monitor.quarantine_reason} It
      goes on watching, but starts no runs until somebody resumes it.
    </Banner>
  );
}

function Flood({ monitor }: { monitor: Monitor }) {
  return (
    <Banner sign={<IconRipple size={18} aria-hidden />}>
      <strong>Flooded</strong> since <Ago at={monitor.flooded_at} />: {monitor.waiting} triggers wait.{' '}
      {monitor.drops
        ? 'What comes now is dropped, until the queue is shorter.'
        : 'It watches no further, until the queue is shorter.'}
    </Banner>
  );
}

function Banner({ sign, action, children }: { sign: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.banner} role="alert">
      {sign}
      <div>{children}</div>
      {action}
    </div>
  );
}
