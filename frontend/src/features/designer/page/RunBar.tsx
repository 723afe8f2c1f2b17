import { ActionIcon, Button } from '@mantine/core';
import { IconExternalLink, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { messageOf } from '@/api/problem';
import { Status } from '@/shared/ui/Status';
import { Took } from '@/shared/ui/times';
import classes from './RunBar.module.css';
import type { WatchedRun } from './use-watched-run';

/** The run being watched: how it stands, and the way to its details. */
export function RunBar({ run, onClose }: { run: WatchedRun; onClose: () => void }) {
  const { job, instance } = run;
  const shown = instance ?? job;
  return (
    <div className={classes.bar}>
      <span role="status" aria-live="polite" className={classes.words}>
        {shown ? (
          <>
            Run {instance ? `#${instance.number}` : ''} <Status status={shown.status} />
            <span className={classes.reason}>{shown.error ?? shown.reason ?? ''}</span>
          </>
        ) : run.error ? (
          messageOf(run.error)
        ) : (
          'Waiting for the run…'
        )}
      </span>
      {shown ? (
        <span className={classes.time}>
          <Took start={shown.started_at} end={shown.ended_at} />
        </span>
      ) : null}
      {instance ? (
        <Button
          variant="subtle"
          renderRoot={(props) => (
            <Link to="/instances/$instanceId" params={{ instanceId: instance.id }} {...props} />
          )}
          leftSection={<IconExternalLink size={14} />}
        >
          Open run
        </Button>
      ) : null}
      <ActionIcon aria-label="Close the run" onClick={onClose}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}
