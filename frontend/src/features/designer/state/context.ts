import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { ActivityType } from '@/api/types';
import type { DraftSaver } from './saver';
import type { EditorState, EditorStore } from './store';

export interface Names {
  variables: readonly string[];
  counters: readonly string[];
  computerGroups: readonly string[];
}
export const NO_NAMES: Names = { variables: [], counters: [], computerGroups: [] };

export interface Editing {
  editor: EditorStore;
  /** Null while the document can only be looked at. */
  saver: DraftSaver | null;
  types: ReadonlyMap<string, ActivityType>;
  /** What expressions can name by path. */
  names: Names;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (!editing) throw new Error('used outside of the designer');
  return editing;
}

export function useEditor<T>(select: (state: EditorState) => T): T {
  return useStore(useEditing().editor, select);
}

export const useReadOnly = (): boolean => useEditing().saver === null;
