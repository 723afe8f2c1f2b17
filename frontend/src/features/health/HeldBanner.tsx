import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconHistoryToggle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useReleaseHeld } from '@/api/health';
import { incarnationOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import { useIsAdministrator } from '@/api/session';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Ago } from '@/shared/ui/times';
import classes from './health.module.css';

/** Says that jobs are held since the database may have lost commits, and lets them go on. */
export default function HeldBanner() {
  const { data } = useQuery(incarnationOptions);
  const release = useReleaseHeld();
  const mayRelease = useIsAdministrator();
  const [isAsking, setIsAsking] = useState(false);
  if (!data || data.held_jobs === 0) return null;
  const isOne = data.held_jobs === 1;
  const jobs = isOne ? 'One job is held' : `${data.held_jobs} jobs are held`;
  return (
    <div role="alert" className={classes.held}>
      <IconHistoryToggle size={20} aria-hidden />
      <div>
        <strong>
          {jobs} since a new incarnation began <Ago at={data.since} />.
        </strong>{' '}
        {data.reason} What {isOne ? 'it' : 'they'} did last may be missing here: look before{' '}
        {isOne ? 'it goes' : 'they go'} on.
      </div>
      {mayRelease ? (
        <Button leftSection={<IconPlayerPlayFilled size={14} />} onClick={() => setIsAsking(true)}>
          Release
        </Button>
      ) : null}
      <ConfirmDialog
        title="Release held jobs"
        action="Release all"
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        busy={release.isPending}
        error={release.error ? messageOf(release.error) : null}
        onConfirm={() => release.mutate(undefined, { onSuccess: () => setIsAsking(false) })}
      >
        {jobs}. {isOne ? 'It goes on where it stood' : 'They go on where they stood'}; what the database
        forgot may be done once more.
      </ConfirmDialog>
    </div>
  );
}
