import { ReactFlowProvider } from '@xyflow/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { activityTypesOptions } from '@/api/catalogue';
import type { RunbookDocument } from '@/api/types';
import { Canvas } from './canvas/Canvas';
import { typesById } from './model/document';
import type { States } from './model/graph';
import { marksOf } from './model/problems';

interface Props {
  document: RunbookDocument;
  states: States;
  selected: string | undefined;
  onSelect: (activityId: string | undefined) => void;
}

const NO_MARKS = marksOf([]);
const MANY = 12; // Fewer fit the page at a readable size.

/** The diagram of one run: to be looked at, an activity of it to be chosen. */
export function RunDiagram({ document, states, selected, onSelect }: Props) {
  const { data: types = [] } = useQuery(activityTypesOptions);
  const byId = useMemo(() => typesById(types), [types]);
  const selection = useMemo(() => ({ activities: selected ? [selected] : [], links: [] }), [selected]);
  return (
    <ReactFlowProvider>
      <Canvas
        document={document}
        types={byId}
        marks={NO_MARKS}
        states={states}
        selection={selection}
        onSelect={({ activities }) => onSelect(activities.find((id) => id !== selected) ?? activities[0])}
        edits={null}
        hasOverview={Object.keys(document.activities ?? {}).length > MANY}
      />
    </ReactFlowProvider>
  );
}
