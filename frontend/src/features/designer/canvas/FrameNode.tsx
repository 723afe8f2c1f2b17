import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { lookOf } from '@/shared/ui/Status';
import { HEAD } from '../model/groups';
import { Badge, SecondLine } from './box-parts';
import type { ActivityNode as FlowNode } from './flow';
import classes from './FrameNode.module.css';
import { TypeIcon } from './TypeIcon';

const AT_HEAD = { top: HEAD / 2 - 1 }; // Counted from inside the border of one pixel.

/** A For Each or While on the canvas: a frame around the activities it repeats. */
export const FrameNode = memo(function FrameNode({ data, selected, isConnectable }: NodeProps<FlowNode>) {
  const { box } = data;
  const { activity, state } = box;
  return (
    <div
      className={classes.frame}
      data-selected={selected || undefined}
      data-disabled={activity.enabled === false || undefined}
      data-tone={state ? lookOf(state.status).tone : undefined}
      data-running={state?.status === 'running' || undefined}
      title={activity.description}
    >
      <Handle
        type="target"
        position={Position.Left}
        className={classes.handle}
        style={AT_HEAD}
        isConnectable={isConnectable}
      />
      <div className={classes.head} style={{ height: HEAD }}>
        <TypeIcon type={box.type} />
        <div className={classes.words}>
          <div className={classes.name}>{box.name}</div>
          <SecondLine box={box} />
        </div>
      </div>
      {box.isEmpty ? <p className={classes.hint}>Drag the activities to be repeated in here.</p> : null}
      {box.problem ? <Badge severity={box.problem} messages={box.problems} /> : null}
      <Handle
        type="source"
        position={Position.Right}
        className={classes.handle}
        style={AT_HEAD}
        isConnectable={isConnectable}
      />
    </div>
  );
});
