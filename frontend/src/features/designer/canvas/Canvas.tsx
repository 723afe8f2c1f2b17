import '@xyflow/react/dist/base.css';
import './canvas.css';
import { useMantineColorScheme } from '@mantine/core';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { type DragEvent, useCallback, useMemo, useState } from 'react';
import type { ActivityType, RunbookDocument } from '@/api/types';
import { GRID, NODE_HEIGHT, NODE_WIDTH, type Point, type Selection } from '../model/document';
import { mayLink } from '../model/edits';
import { arrows, boxes, type States } from '../model/graph';
import type { Marks } from '../model/problems';
import { ActivityNode } from './ActivityNode';
import { type ActivityNode as FlowNode, type LinkEdge as FlowEdge, placesOf, toEdges, toNodes } from './flow';
import { FrameNode } from './FrameNode';
import { LinkEdge } from './LinkEdge';
import { DRAG_TYPE, miniMapColor } from './gestures';
import { useSelectionChanges } from './use-selection-changes';

const nodeTypes = { activity: ActivityNode, frame: FrameNode };
const edgeTypes = { link: LinkEdge };
const OVERVIEW_SIZE = { width: 170, height: 110 };

/** What someone who may edit can do on the canvas. */
export interface CanvasEdits {
  move: (places: ReadonlyMap<string, Point>) => void;
  connect: (from: string, to: string) => void;
  /** A link was drawn that may not be. */
  refuse: (from: string, to: string) => void;
  drop: (typeId: string, at: Point) => void;
}

interface Props {
  document: RunbookDocument;
  types: ReadonlyMap<string, ActivityType>;
  marks: Marks;
  states: States;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  edits: CanvasEdits | null;
  hasOverview: boolean;
}

/** The diagram of a runbook, for editing (with `edits`) or for looking at a run. */
export function Canvas({ document, types, marks, states, selection, onSelect, edits, hasOverview }: Props) {
  const { colorScheme } = useMantineColorScheme();
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const drawn = useMemo(() => boxes(document, types, marks, states), [document, types, marks, states]);
  const edges = useMemo(
    () => toEdges(arrows(document, marks), drawn, selection),
    [document, marks, drawn, selection],
  );
  // Fitting an empty canvas would wait for the first activity and then move it away from where it was dropped.
  const [hasContent] = useState(drawn.length > 0);
  const [nodes, setNodes] = useState<FlowNode[]>(() => toNodes(drawn, selection, []));
  const [shown, setShown] = useState({ drawn, selection });
  if (shown.drawn !== drawn || shown.selection !== selection) {
    setShown({ drawn, selection });
    setNodes((before) => toNodes(drawn, selection, before));
  }

  const choose = useSelectionChanges(selection, onSelect);
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      choose(changes, []);
      const others = changes.filter(({ type }) => type !== 'select' && type !== 'remove');
      setNodes((before) => applyNodeChanges(others, before));
      const moved = changes.filter((change) => change.type === 'position' && change.dragging === false);
      if (moved.length && edits) edits.move(placesOf(moved, drawn));
    },
    [choose, edits, drawn],
  );
  const onEdgesChange = useCallback((changes: EdgeChange<FlowEdge>[]) => choose([], changes), [choose]);
  const onConnectEnd: OnConnectEnd = (_event, { isValid, fromHandle, toNode }) => {
    if (isValid !== false || !toNode || !edits) return;
    const ends: [string, string] = [fromHandle.nodeId, toNode.id];
    if (fromHandle.type === 'target') ends.reverse();
    edits.refuse(...ends);
  };
  const onDrop = (event: DragEvent) => {
    const typeId = event.dataTransfer.getData(DRAG_TYPE);
    if (!typeId || !edits) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    edits.drop(typeId, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 });
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onConnect={({ source, target }: Connection) => edits?.connect(source, target)}
      onConnectEnd={onConnectEnd}
      isValidConnection={({ source, target }) => mayLink(document, source, target)}
      onDrop={onDrop}
      onDragOver={(event) => event.preventDefault()}
      nodesDraggable={edits !== null}
      nodesConnectable={edits !== null}
      deleteKeyCode={null}
      snapToGrid
      snapGrid={[GRID, GRID]}
      minZoom={0.15}
      maxZoom={2}
      fitView={hasContent}
      fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
      colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
      multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
      connectionRadius={30}
    >
      <Background variant={BackgroundVariant.Dots} gap={GRID} size={1.2} />
      {hasOverview ? (
        <MiniMap
          pannable
          zoomable
          nodeColor={miniMapColor}
          style={OVERVIEW_SIZE}
          ariaLabel="Overview of the canvas"
        />
      ) : null}
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}
