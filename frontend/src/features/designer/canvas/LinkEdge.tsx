import { IconAlertTriangleFilled, IconCircleXFilled } from '@tabler/icons-react';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { type CSSProperties, memo } from 'react';
import type { Arrow } from '../model/graph';
import classes from './LinkEdge.module.css';
import type { LinkEdge as FlowEdge } from './flow';

/** One link on the canvas: an arrow, and in its middle what its filter says. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<FlowEdge>) {
  const { data, selected } = props;
  const [path, x, y] = getBezierPath(props);
  const isOff = data?.arrow.link.enabled === false;
  // A label on a level line stands above it, so that the arrow can be seen; it fits between the two boxes.
  const lift = Math.abs(props.sourceY - props.targetY) < 20 ? 13 : 0;
  const room = lift > 0 ? Math.min(220, Math.max(90, props.targetX - props.sourceX - 12)) : 190;
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={18}
        {...(props.markerEnd ? { markerEnd: props.markerEnd } : {})}
        className={classes.line}
        style={{
          ...props.style,
          ...(isOff ? { strokeDasharray: '6 5' } : {}),
          ...(selected ? { strokeWidth: 3.5 } : {}),
        }}
      />
      {data ? (
        <EdgeLabelRenderer>
          <Label
            arrow={data.arrow}
            isSelected={selected ?? false}
            style={{ maxWidth: room, transform: `translate(-50%, -50%) translate(${x}px, ${y - lift}px)` }}
          />
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});

interface LabelProps {
  arrow: Arrow;
  isSelected: boolean;
  style: CSSProperties;
}

function Label({ arrow, isSelected, style }: LabelProps) {
  const { link, problem, problems, tone } = arrow;
  const label = [link.enabled === false ? 'disabled' : '', arrow.label].filter(Boolean).join(', ');
  if (!label && problem !== 'error' && problem !== 'warning') return null;
  return (
    <div
      className={classes.label}
      data-selected={isSelected ? true : undefined}
      data-tone={tone}
      title={[label, ...problems].join('\n')}
      style={style}
    >
      {problem === 'error' ? <IconCircleXFilled size={14} className={classes.error} aria-hidden /> : null}
      {problem === 'warning' ? (
        <IconAlertTriangleFilled size={14} className={classes.warning} aria-hidden />
      ) : null}
      <span>{label}</span>
    </div>
  );
}
