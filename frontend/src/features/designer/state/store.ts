import { type TemporalState, temporal } from 'zundo';
import { createStore, type StoreApi } from 'zustand';
import type { RunbookDocument } from '@/api/types';
import { NOTHING, type Selection } from '../model/document';
import { dissolve, leftBehind, removeAndHeal, removeSelection, withInside } from '../model/edits';
import { beginsStep, type Intent } from '../model/intent';

export interface EditorState {
  document: RunbookDocument;
  selection: Selection;
  /** What is about to be removed although a group in it has other members: the author is asked about those. */
  removal: Removal | null;
  /** Removes a selection, or asks first; with `heal`, what was joined through it stays joined. */
  remove: (selection: Selection, heal?: boolean) => void;
  /** Answers the question: the members are removed as well, are moved out, or nothing happens. */
  answerRemoval: (members: 'remove' | 'keep' | null) => void;
  /** Makes one named edit. Edits with the same key that follow each other closely are one step of undo. */
  edit: (key: string, change: (document: RunbookDocument) => RunbookDocument, select?: Selection) => void;
  select: (selection: Selection) => void;
  /** Takes another document in place of the one being edited, as one step of undo. */
  replace: (document: RunbookDocument) => void;
  /** The next edit is a step of its own, whatever came before. */
  settle: () => void;
}

export interface Removal {
  selection: Selection;
  heal: boolean;
}

type Kept = Pick<EditorState, 'document'>;

export type EditorStore = StoreApi<EditorState> & { temporal: StoreApi<TemporalState<Kept>> };

/** The editor of one draft: the document, what is selected, and the steps back. */
export function createEditor(document: RunbookDocument): EditorStore {
  let before: Intent | null = null;
  let isStep = true;
  return createStore<EditorState>()(
    temporal<EditorState, [], [], Kept>(
      (set, get) => ({
        document,
        selection: NOTHING,
        edit: (key, change, selection) => {
          const changed = change(get().document);
          const now = { key, at: Date.now() };
          isStep = beginsStep(before, now);
          before = now;
          set({ document: changed, ...(selection ? { selection } : {}) });
        },
        removal: null,
        remove: (selection, heal = false) => {
          if (leftBehind(get().document, selection).length > 0) set({ removal: { selection, heal } });
          else get().edit('', (old) => removed(old, { selection, heal }), NOTHING);
        },
        answerRemoval: (members) => {
          const { removal, edit } = get();
          set({ removal: null });
          if (removal && members) edit('', (old) => answered(old, removal, members), NOTHING);
        },
        select: (selection) => set({ selection }),
        replace: (replacement) => {
          before = null;
          isStep = true;
          set({ document: replacement, selection: NOTHING });
        },
        settle: () => {
          before = null;
        },
      }),
      {
        partialize: ({ document: kept }) => ({ document: kept }),
        equality: (a, b) => a.document === b.document,
        handleSet: (record) => (past, replace, current, delta) => {
          if (isStep) (record as (...all: unknown[]) => void)(past, replace, current, delta);
        },
      },
    ),
  );
}

const removed = (document: RunbookDocument, { selection, heal }: Removal): RunbookDocument =>
  heal ? removeAndHeal(document, selection) : removeSelection(document, selection);

const answered = (document: RunbookDocument, removal: Removal, members: 'remove' | 'keep') =>
  members === 'keep'
    ? removed(dissolve(document, removal.selection), removal)
    : removed(document, { ...removal, selection: withInside(document, removal.selection) });

/** Drops what the selection names but the document no longer has. */
export function existing(selection: Selection, document: RunbookDocument): Selection {
  const activities = selection.activities.filter((id) => document.activities?.[id]);
  const links = selection.links.filter((index) => document.links?.[index]);
  return { activities, links };
}

export function undo(editor: EditorStore): void {
  editor.getState().settle();
  editor.temporal.getState().undo();
  editor.setState(({ selection, document }) => ({ selection: existing(selection, document) }));
}

export function redo(editor: EditorStore): void {
  editor.getState().settle();
  editor.temporal.getState().redo();
  editor.setState(({ selection, document }) => ({ selection: existing(selection, document) }));
}
