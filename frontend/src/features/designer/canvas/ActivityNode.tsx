import { IconRepeat } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { lookOf } from '@/shared/ui/Status';
import classes from './ActivityNode.module.css';
import { Badge, SecondLine } from './box-parts';
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
