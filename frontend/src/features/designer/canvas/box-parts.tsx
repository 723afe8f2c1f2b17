import { IconAlertTriangleFilled, IconCircleXFilled, IconInfoCircleFilled } from '@tabler/icons-react';
import type { Finding } from '@/api/types';
import { formatDuration } from '@/shared/lib/format';
import { Status } from '@/shared/ui/Status';
import type { Box } from '../model/graph';
import classes from './ActivityNode.module.css';

/** What stands under the name: the type, or in a run the status. */
export function SecondLine({ box }: { box: Box }) {
  const { state, activity } = box;
  if (!state) {
    const kind = box.name === box.typeName ? (box.type?.category ?? '') : box.typeName;
    return <div className={classes.type}>{activity.enabled === false ? 'Disabled' : kind}</div>;
  }
  const took = formatDuration(state.last_duration_seconds);
  const times = state.executions > 1 ? `${state.executions} ×` : '';
  return (
    <div className={classes.type}>
      <Status status={state.status} plain />
      <span className={classes.took}>{times || took}</span>
    </div>
  );
}

const SIGNS = { error: IconCircleXFilled, warning: IconAlertTriangleFilled, info: IconInfoCircleFilled };

/** The sign of the worst finding. */
export function Badge({ severity, messages }: { severity: Finding['severity']; messages: string[] }) {
  const Sign = SIGNS[severity];
  return (
    <span
      className={classes.badge}
      data-severity={severity}
      role="img"
      aria-label={`${severity}: ${messages.join('; ')}`}
      title={messages.join('\n')}
    >
      <Sign size={18} />
    </span>
  );
}
