import type { EdgeChange, NodeChange } from '@xyflow/react';
import type { Selection } from '../model/document';
import type { ActivityNode, LinkEdge } from './flow';

/** What the Activities pane puts on a drag. */
export const DRAG_TYPE = 'application/x-orchestrion-activity-type';

/** The selection after the canvas library's changes; the same object when nothing changed. */
export function selectionAfter(
  selection: Selection,
  nodes: NodeChange<ActivityNode>[],
  edges: EdgeChange<LinkEdge>[],
): Selection {
  const activities = new Set(selection.activities);
  const links = new Set(selection.links);
  let changed = false;
  for (const change of nodes) {
    if (change.type === 'select') changed = put(activities, change.id, change.selected) || changed;
  }
  for (const change of edges) {
    if (change.type === 'select') changed = put(links, indexOf(change.id), change.selected) || changed;
  }
  return changed ? { activities: [...activities], links: [...links] } : selection;
}

const indexOf = (edgeId: string): number => Number(edgeId.replace('link-', ''));

function put<T>(set: Set<T>, item: T, wanted: boolean): boolean {
  if (set.has(item) === wanted) return false;
  if (wanted) set.add(item);
  else set.delete(item);
  return true;
}

/** The overview shows problems and runs in the same colours as the canvas. */
export function miniMapColor({ data }: ActivityNode): string {
  if (data.box.isFrame) return 'var(--border)';
  const status = data.box.state?.status;
  if (status === 'in-doubt') return 'var(--status-doubt)';
  if (status && status !== 'canceled') return `var(--status-${status})`;
  return data.box.problem === 'error' ? 'var(--status-failed)' : 'var(--border-strong)';
}
