import { type Edge, MarkerType, type Node } from '@xyflow/react';
import { NODE_HEIGHT, NODE_WIDTH, type Selection } from '../model/document';
import { type Arrow, type Box, spokenName } from '../model/graph';

export type ActivityNodeData = { box: Box } & Record<string, unknown>;
export type LinkEdgeData = { arrow: Arrow; live: 'idle' | 'taken' } & Record<string, unknown>;
export type ActivityNode = Node<ActivityNodeData, 'activity'>;
export type LinkEdge = Edge<LinkEdgeData, 'link'>;

/** The canvas library's nodes for these boxes; what it measured before is kept. */
export function toNodes(boxes: Box[], selection: Selection, before: readonly ActivityNode[]): ActivityNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return boxes.map((box) => ({
    ...known.get(box.id),
    id: box.id,
    type: 'activity',
    position: box.position,
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    selected: selection.activities.includes(box.id),
    ariaLabel: spokenName(box),
    data: { box },
  }));
}

const COLOURS = {
  success: 'var(--link-success)',
  failure: 'var(--link-failure)',
  always: 'var(--link-always)',
  mixed: 'var(--link-mixed)',
};

export function toEdges(arrows: Arrow[], boxes: Box[], selection: Selection): LinkEdge[] {
  const states = new Map(boxes.map((box) => [box.id, box]));
  return arrows.map((arrow) => {
    const color = arrow.link.color ?? COLOURS[arrow.tone];
    const [from, to] = [states.get(arrow.source), states.get(arrow.target)];
    return {
      id: arrow.id,
      type: 'link',
      source: arrow.source,
      target: arrow.target,
      selected: selection.links.includes(arrow.index),
      markerEnd: { type: MarkerType.ArrowClosed, color, width: 16, height: 16 },
      style: { stroke: color, strokeWidth: arrow.link.width ?? 2 },
      ariaLabel: `Link from ${from?.name ?? ''} to ${to?.name ?? ''}${arrow.label ? `, ${arrow.label}` : ''}`,
      data: { arrow, live: from?.state && to?.state ? 'taken' : 'idle' },
    };
  });
}
