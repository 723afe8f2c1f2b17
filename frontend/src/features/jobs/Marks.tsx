import { IconFlask, IconRotateClockwise } from '@tabler/icons-react';
import type { Job } from '@/api/types';
import classes from './jobs.module.css';

/** What sets a job apart from an ordinary one: a test, a dry run, a rerun. */
export function Marks({ job }: { job: Job }) {
  return (
    <>
      {job.is_test ? (
        <span className={classes.mark}>
          <IconFlask size={13} aria-hidden />
          {job.is_dry_run ? 'Test, dry run' : 'Test'}
        </span>
      ) : null}
      {job.rerun_of ? (
        <span className={classes.mark}>
          <IconRotateClockwise size={13} aria-hidden />
          Rerun
        </span>
      ) : null}
    </>
  );
}
