import type { EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { Selection } from '../model/document';
import type { ActivityNode, LinkEdge } from './flow';
import { selectionAfter } from './gestures';

/**
 * Turns the canvas library's changes into selections. One click reports nodes and edges separately, so the second
 * report must build on the first even before the page is drawn again.
 */
export function useSelectionChanges(selection: Selection, onSelect: (selection: Selection) => void) {
  const latest = useRef(selection);
  useEffect(() => {
    latest.current = selection;
  }, [selection]);
  return useCallback(
    (nodes: NodeChange<ActivityNode>[], edges: EdgeChange<LinkEdge>[]) => {
      const next = selectionAfter(latest.current, nodes, edges);
      if (next === latest.current) return;
      latest.current = next;
      onSelect(next);
    },
    [onSelect],
  );
}
