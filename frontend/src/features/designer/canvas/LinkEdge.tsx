import { IconAlertTriangleFilled, IconCircleXFilled } from '@tabler/icons-react';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { type CSSProperties, memo } from 'react';
import { NODE_HEIGHT } from '../model/document';
import type { Arrow } from '../model/graph';
import classes from './LinkEdge.module.css';
import type { LinkEdge as FlowEdge } from './flow';

/** One link on the canvas: an arrow, and in its middle what its filter says. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<FlowEdge>) {
  const { data, selected } = props;
  const [path, x, y] = getBezierPath(props);
  const isOff = data?.arrow.link.enabled === false;
  const lift = liftOf(props, data?.arrow.label ?? '');
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
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y - lift}px)` }}
          />
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});

const LETTER = 6; // pixels, about, in the label's size

/** How far above the middle of a link its label stands: on it, over the line, or over the boxes when it is long. */
function liftOf(edge: EdgeProps<FlowEdge>, label: string): number {
  if (Math.abs(edge.sourceY - edge.targetY) >= 30) return 0;
  const fits = label.length * LETTER + 14 <= edge.targetX - edge.sourceX;
  return fits ? 13 : NODE_HEIGHT / 2 + 13;
}

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
