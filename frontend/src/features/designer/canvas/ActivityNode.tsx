import {
  IconAlertTriangleFilled,
  IconCircleXFilled,
  IconInfoCircleFilled,
  IconRepeat,
} from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { Finding } from '@/api/types';
import { formatDuration } from '@/shared/lib/format';
import { lookOf, Status } from '@/shared/ui/Status';
import type { Box } from '../model/graph';
import classes from './ActivityNode.module.css';
import type { ActivityNode as FlowNode } from './flow';
import { TypeIcon } from './TypeIcon';

/** One activity on the canvas. */
export const ActivityNode = memo(function ActivityNode({
  data,
  selected,
  isConnectable,
}: NodeProps<FlowNode>) {
  const { box } = data;
  const { activity, state } = box;
  const isMonitor = box.type?.kind === 'monitor';
  return (
    <div
      className={classes.node}
      data-selected={selected || undefined}
      data-disabled={activity.enabled === false || undefined}
      data-tone={state ? lookOf(state.status).tone : undefined}
      data-running={state?.status === 'running' || undefined}
      title={activity.description}
    >
      {isMonitor ? null : (
        <Handle
          type="target"
          position={Position.Left}
          className={classes.handle}
          isConnectable={isConnectable}
        />
      )}
      <TypeIcon type={box.type} />
      <div className={classes.words}>
        <div className={classes.name}>{box.name}</div>
        <SecondLine box={box} />
      </div>
      {activity.looping ? <IconRepeat className={classes.loop} size={14} aria-label="repeats" /> : null}
      {box.problem ? <Badge severity={box.problem} messages={box.problems} /> : null}
      <Handle
        type="source"
        position={Position.Right}
        className={classes.handle}
        isConnectable={isConnectable}
      />
    </div>
  );
});

function SecondLine({ box }: { box: Box }) {
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

function Badge({ severity, messages }: { severity: Finding['severity']; messages: string[] }) {
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
