import {
  IconAlertTriangleFilled,
  IconBan,
  IconBiohazard,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDot,
  IconCircleXFilled,
  IconClockHour4,
  IconHelpHexagonFilled,
  IconHandStop,
  IconLoader2,
  IconPlayerPauseFilled,
  IconRipple,
  IconTool,
  IconTrash,
  type Icon,
} from '@tabler/icons-react';
import classes from './Status.module.css';

interface Look {
  icon: Icon;
  tone: 'success' | 'warning' | 'failed' | 'running' | 'waiting' | 'pending' | 'doubt';
  word: string;
}

const LOOKS: Record<string, Look> = {
  success: { icon: IconCircleCheckFilled, tone: 'success', word: 'Success' },
  warning: { icon: IconAlertTriangleFilled, tone: 'warning', word: 'Warning' },
  failed: { icon: IconCircleXFilled, tone: 'failed', word: 'Failed' },
  running: { icon: IconLoader2, tone: 'running', word: 'Running' },
  waiting: { icon: IconClockHour4, tone: 'waiting', word: 'Waiting' },
  pending: { icon: IconCircleDashed, tone: 'pending', word: 'Pending' },
  stopping: { icon: IconHandStop, tone: 'warning', word: 'Stopping' },
  held: { icon: IconPlayerPauseFilled, tone: 'warning', word: 'Held' },
  canceled: { icon: IconBan, tone: 'pending', word: 'Canceled' },
  'in-doubt': { icon: IconHelpHexagonFilled, tone: 'doubt', word: 'In doubt' },
  online: { icon: IconCircleCheckFilled, tone: 'success', word: 'Online' },
  offline: { icon: IconCircleXFilled, tone: 'failed', word: 'Offline' },
  draining: { icon: IconPlayerPauseFilled, tone: 'warning', word: 'Draining' },
  maintenance: { icon: IconTool, tone: 'waiting', word: 'Maintenance' },
  degraded: { icon: IconAlertTriangleFilled, tone: 'warning', word: 'Degraded' },
  failing: { icon: IconCircleXFilled, tone: 'failed', word: 'Failing' },
  quarantined: { icon: IconBiohazard, tone: 'doubt', word: 'Quarantined' },
  dropped: { icon: IconRipple, tone: 'warning', word: 'Dropped' },
  discarded: { icon: IconTrash, tone: 'pending', word: 'Discarded' },
  ok: { icon: IconCircleCheckFilled, tone: 'success', word: 'OK' },
  error: { icon: IconCircleXFilled, tone: 'failed', word: 'Error' },
  Error: { icon: IconCircleXFilled, tone: 'failed', word: 'Error' },
  Warning: { icon: IconAlertTriangleFilled, tone: 'warning', word: 'Warning' },
  Information: { icon: IconCircleDot, tone: 'running', word: 'Information' },
};

export const lookOf = (status: string): Look =>
  LOOKS[status] ?? { icon: IconCircleDot, tone: 'pending', word: status };

interface Props {
  status: string;
  /** Text only, without the tinted background. */
  plain?: boolean;
}

/** A status as icon and word; the colour only repeats what they say. */
export function Status({ status, plain = false }: Props) {
  const { icon: Sign, tone, word } = lookOf(status);
  return (
    <span className={classes.status} data-tone={tone} data-plain={plain || undefined} data-status={status}>
      <Sign size={14} stroke={2} aria-hidden className={status === 'running' ? classes.turning : undefined} />
      {word}
    </span>
  );
}
