import { type Edge, MarkerType, type Node, type NodeChange } from '@xyflow/react';
import type { Point, Selection } from '../model/document';
import { type Arrow, type Box, spokenName } from '../model/graph';

export type ActivityNodeData = { box: Box } & Record<string, unknown>;
export type LinkEdgeData = { arrow: Arrow; live: 'idle' | 'taken' } & Record<string, unknown>;
export type ActivityNode = Node<ActivityNodeData, 'activity' | 'frame'>;
export type LinkEdge = Edge<LinkEdgeData, 'link'>;

/** The canvas library's nodes for these boxes; what it measured before is kept. */
export function toNodes(boxes: Box[], selection: Selection, before: readonly ActivityNode[]): ActivityNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const frames = new Map(boxes.map((box) => [box.id, box.bounds]));
  return boxes.map((box) => {
    const old: Partial<ActivityNode> = { ...known.get(box.id) };
    delete old.parentId;
    const { x, y, width, height } = box.bounds;
    const frame = frames.get(box.group);
    return {
      ...old,
      id: box.id,
      type: box.isFrame ? 'frame' : 'activity',
      position: { x: x - (frame?.x ?? 0), y: y - (frame?.y ?? 0) },
      ...(frame ? { parentId: box.group } : {}),
      width,
      height,
      selected: selection.activities.includes(box.id),
      ariaLabel: spokenName(box),
      data: { box },
    };
  });
}

/** Where moved nodes are on the canvas; those on a frame report where they are on it. */
export function placesOf(changes: NodeChange<ActivityNode>[], boxes: readonly Box[]): Map<string, Point> {
  const known = new Map(boxes.map((box) => [box.id, box]));
  const places = new Map<string, Point>();
  for (const change of changes) {
    if (change.type !== 'position' || !change.position) continue;
    const frame = known.get(known.get(change.id)?.group ?? '')?.bounds;
    const { x, y } = change.position;
    places.set(change.id, { x: x + (frame?.x ?? 0), y: y + (frame?.y ?? 0) });
  }
  return places;
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
