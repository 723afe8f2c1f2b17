import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { isOpen, jobOptions, useContinueJob } from '@/api/jobs';
import { messageOf } from '@/api/problem';
import { usePauseJob } from '@/api/steering';
import type { Job } from '@/api/types';
import { Facts } from '@/shared/ui/Facts';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { Records } from '@/shared/ui/Records';
import { Status } from '@/shared/ui/Status';
import { Ago, Took } from '@/shared/ui/times';
import { Invoked } from './Invoked';
import { JobInstances } from './JobInstances';
import classes from './jobs.module.css';
import { Marks } from './Marks';
import { MonitorState } from './MonitorState';
import { StopButton } from './StopButton';
import { StopWay } from './StopWay';
import { Triggers } from './Triggers';

/** One job: what was asked for, what came of it, its runs, and for a monitor what triggered them. */
export function JobPage({ jobId }: { jobId: string }) {
  const query = useQuery(jobOptions(jobId));
  if (query.isPending) return <Loading what="the job" />;
  if (query.isError)
    return <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />;
  const job = query.data;
  return (
    <PageFrame
      title={job.runbook_name}
      subtitle={
        <Group gap="xs">
          <span role="status" aria-live="polite" className={classes.state}>
            Job <Status status={job.status} />
          </span>
          <Marks job={job} />
          {job.runbook_path}
        </Group>
      }
      actions={<Actions job={job} />}
    >
      {job.error ? <div className={classes.error}>{job.error}</div> : null}
      <Reason job={job} />
      <StopWay job={job} />
      {job.is_monitor && isOpen(job.status) ? <MonitorState jobId={job.id} /> : null}
      <div className={classes.panels}>
        <section className={classes.panel}>
          <h2>Job</h2>
          <JobFacts job={job} />
        </section>
        <section className={classes.panel}>
          <h2>Parameters</h2>
          <Records label="Parameters" rows={hasAny(job.parameters) ? [job.parameters] : []} />
        </section>
        <section className={classes.panel}>
          <h2>Returned data</h2>
          <Records label="Returned data" rows={job.returned_data} />
        </section>
      </div>
      {job.is_monitor ? <Triggers jobId={job.id} /> : null}
      <JobInstances jobId={job.id} />
      {job.latest_instance_id ? <Invoked instanceId={job.latest_instance_id} /> : null}
    </PageFrame>
  );
}

/** With these a runbook server, or the lack of one, is what a job waits for. */
const OF_SERVERS: Job['reason_code'][] = [
  'no-server',
  'unknown-server',
  'missing-pack',
  'servers-offline',
  'servers-draining',
  'servers-full',
  'better-server',
];

/** Why the job does not start or is held, with the way to where something can be done about it. */
function Reason({ job }: { job: Job }) {
  if (!job.reason) return null;
  return (
    <div className={classes.reason}>
      {job.reason} {OF_SERVERS.includes(job.reason_code) ? <Link to="/servers">See the servers</Link> : null}
    </div>
  );
}

const hasAny = (record: object): boolean => Object.keys(record).length > 0;

function JobFacts({ job }: { job: Job }) {
  return (
    <Facts
      facts={[
        [
          'Started by',
          job.parent ? (
            <RunLink key="parent" id={job.parent.instance_id} name="a run of another runbook" />
          ) : (
            job.created_by.name
          ),
        ],
        [
          'Job of that runbook',
          job.parent_job_id ? (
            <Link key="job" to="/jobs/$jobId" params={{ jobId: job.parent_job_id }}>
              open
            </Link>
          ) : null,
        ],
        ['Rerun of', job.rerun_of ? <RunLink key="rerun" id={job.rerun_of} name="an earlier run" /> : null],
        ['Created', <Ago key="created" at={job.created_at} />],
        ['Started', job.started_at ? <Ago key="started" at={job.started_at} /> : null],
        ['Duration', job.started_at ? <Took key="took" start={job.started_at} end={job.ended_at} /> : null],
        ['Server', job.server],
        ['Version', job.version],
        ['Runs', job.instance_count],
      ]}
    />
  );
}

function RunLink({ id, name }: { id: string; name: string }) {
  return (
    <Link to="/instances/$instanceId" params={{ instanceId: id }} search={{}}>
      {name}
    </Link>
  );
}

function Actions({ job }: { job: Job }) {
  const resume = useContinueJob();
  const pause = usePauseJob();
  // What runs goes on to its end, so the status tells of a pause only after a while.
  const [isPaused, setIsPaused] = useState(false);
  return (
    <>
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link
            to="/runbooks/$runbookId"
            params={{ runbookId: job.runbook_id }}
            search={{ job: job.id }}
            {...props}
          />
        )}
      >
        Watch in the designer
      </Button>
      {job.status === 'held' || (isPaused && isOpen(job.status)) ? (
        <Button
          leftSection={<IconPlayerPlayFilled size={14} />}
          loading={resume.isPending}
          onClick={() => resume.mutate(job.id, { onSuccess: () => told(setIsPaused, false) })}
        >
          Continue
        </Button>
      ) : isOpen(job.status) ? (
        <Button
          variant="default"
          leftSection={<IconPlayerPauseFilled size={14} />}
          loading={pause.isPending}
          onClick={() => pause.mutate(job.id, { onSuccess: () => told(setIsPaused, true) })}
        >
          Pause
        </Button>
      ) : null}
      {isOpen(job.status) ? <StopButton job={job} /> : null}
    </>
  );
}

function told(setIsPaused: (isPaused: boolean) => void, isPaused: boolean): void {
  setIsPaused(isPaused);
  const message = isPaused
    ? 'Paused: what runs goes on to its end, nothing more is started.'
    : 'The job goes on.';
  notifications.show({ color: 'green', message });
}
