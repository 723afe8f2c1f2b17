import { createStore, type StoreApi } from 'zustand';
import { isStatus, messageOf, Problem } from '@/api/problem';
import { fetchDraft, saveDraft } from '@/api/runbooks';
import type { Draft, Finding } from '@/api/types';
import { advance, opened, type Saving, type SavingEvent } from '../model/saving';
import type { EditorStore } from './store';

const PAUSE_MS = 700; // Long enough to gather typing, short enough that a crash costs a word.
const LONGEST_MS = 2_500; // Nobody who keeps typing has more than this unsaved.
const RETRY_MS = 4_000;

/** Saves an editor's document to the server soon after each change, and never over someone else's. */
export class DraftSaver {
  readonly state: StoreApi<Saving>;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sending: Promise<void> | null = null;
  private dirtySince: number | null = null;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly runbookId: string,
    private readonly editor: EditorStore,
    draft: Draft,
  ) {
    this.state = createStore<Saving>(() => opened(draft.document, draft.revision, draft.saved_at));
  }

  /** Begins to follow the editor. */
  open(): void {
    this.unsubscribe = this.editor.subscribe((now, before) => {
      if (now.document !== before.document) this.onEdit();
    });
  }

  /** Stops following, and sends what is still unsaved. */
  close(): void {
    this.unsubscribe();
    if (this.timer) clearTimeout(this.timer);
    if (this.isDirty()) void this.send();
  }

  /** Saves at once what is unsaved; resolves when the server has it or has refused it. */
  async flush(): Promise<boolean> {
    if (this.sending) await this.sending;
    if (this.isDirty()) await this.send();
    return this.state.getState().phase === 'saved';
  }

  /** In a conflict: takes what the server holds; the screen's version stays one undo away. */
  async takeTheirs(): Promise<void> {
    const draft = await fetchDraft(this.runbookId);
    if (!draft) return;
    this.put({ kind: 'opened', document: draft.document, revision: draft.revision, savedAt: draft.saved_at });
    this.editor.getState().replace(draft.document);
  }

  /** In a conflict: saves the screen's version over the newer one, because the author said so. */
  async keepMine(): Promise<void> {
    const draft = await fetchDraft(this.runbookId);
    if (!draft) return;
    this.put({ kind: 'rebased', revision: draft.revision });
    await this.send();
  }

  /** Takes findings that came by another way than a save. */
  tell(findings: Finding[]): void {
    this.put({ kind: 'checked', findings });
  }

  isDirty(): boolean {
    return ['unsaved', 'failed', 'rejected'].includes(this.state.getState().phase);
  }

  private put(event: SavingEvent): void {
    this.state.setState((saving) => advance(saving, event));
  }

  private onEdit(): void {
    this.put({ kind: 'edited', document: this.editor.getState().document });
    if (!this.isDirty()) return;
    this.dirtySince ??= Date.now();
    this.schedule(Math.max(0, Math.min(PAUSE_MS, this.dirtySince + LONGEST_MS - Date.now())));
  }

  private schedule(afterMs: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), afterMs);
  }

  private send(): Promise<void> {
    this.sending = this.exchange().finally(() => {
      this.sending = null;
      if (this.state.getState().phase === 'unsaved') this.schedule(PAUSE_MS);
    });
    return this.sending;
  }

  private onFailure(error: unknown): void {
    const message = messageOf(error);
    if (isStatus(error, 409) || isStatus(error, 404)) {
      this.put({ kind: 'refused', message });
    } else if (error instanceof Problem && error.status < 500) {
      this.put({ kind: 'rejected', message }); // The same document would be rejected again.
    } else {
      this.put({ kind: 'failed', message });
      this.schedule(RETRY_MS);
    }
  }

  private async exchange(): Promise<void> {
    const sent = this.editor.getState().document;
    const { revision } = this.state.getState();
    this.dirtySince = null;
    this.put({ kind: 'sent' });
    try {
      const { revision: next, saved_at, findings } = await saveDraft(this.runbookId, sent, revision);
      const now = this.editor.getState().document;
      this.put({ kind: 'stored', sent, now, revision: next, savedAt: saved_at, findings });
    } catch (error) {
      this.onFailure(error);
    }
  }
}
