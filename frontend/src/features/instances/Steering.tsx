import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipForward,
  IconRotateClockwise,
} from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { isOpen } from '@/api/jobs';
import { useSteer } from '@/api/steering';
import type { InstanceDetail } from '@/api/types';

const SkipDialog = lazy(() => import('./SkipDialog'));
const RerunDialog = lazy(() => import('./RerunDialog'));

interface Props {
  instance: InstanceDetail;
  /** The activity that is selected in the diagram. */
  activityId: string | undefined;
}

/** Taking part in a run: pause and continue it, give an activity's data, or run it again when it has ended. */
export function Steering({ instance, activityId }: Props) {
  const [asking, setAsking] = useState<'skip' | 'rerun' | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      {isOpen(instance.status) ? (
        <>
          <PauseButtons instance={instance} />
          <Button
            variant="default"
            leftSection={<IconPlayerSkipForward size={14} />}
            onClick={() => setAsking('skip')}
          >
            Skip with data
          </Button>
        </>
      ) : (
        <Button
          variant="light"
          leftSection={<IconRotateClockwise size={14} />}
          onClick={() => setAsking('rerun')}
        >
          {activityId ? 'Rerun from here' : 'Rerun'}
        </Button>
      )}
      <Suspense>
        {asking === 'skip' ? <SkipDialog {...{ instance, activityId }} onClose={close} /> : null}
        {asking === 'rerun' ? <RerunDialog {...{ instance, activityId }} onClose={close} /> : null}
      </Suspense>
    </>
  );
}

function PauseButtons({ instance }: { instance: InstanceDetail }) {
  const steer = useSteer(instance.id);
  // What runs goes on to its end, so the status tells of a pause only after a while.
  const [isPaused, setIsPaused] = useState(false);
  const wish = (order: 'pause' | 'continue', message: string) =>
    steer.mutate(
      { wish: order },
      {
        onSuccess: () => {
          setIsPaused(order === 'pause');
          notifications.show({ color: 'green', message });
        },
      },
    );
  if (isPaused || instance.status === 'held') {
    return (
      <Button
        leftSection={<IconPlayerPlayFilled size={14} />}
        loading={steer.isPending}
        onClick={() => wish('continue', 'The run goes on.')}
      >
        Continue
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerPauseFilled size={14} />}
      loading={steer.isPending}
      onClick={() => wish('pause', 'Paused: what runs goes on to its end, nothing more is started.')}
    >
      Pause
    </Button>
  );
}
