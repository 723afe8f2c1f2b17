import type { Finding, RunbookDocument } from '@/api/types';
import { sameJson } from './json';

/** The life of a draft between the screen and the server. Nothing is overwritten unless the author says so. */
export interface Saving {
  revision: number;
  /** What the server holds under `revision`, as far as this screen knows. */
  stored: RunbookDocument;
  savedAt: string | null;
  phase: 'saved' | 'unsaved' | 'saving' | 'failed' | 'rejected' | 'conflict';
  /** Why saving failed or what the conflict is, to be shown. */
  message: string;
  findings: Finding[];
}

export type SavingEvent =
  | { kind: 'opened'; document: RunbookDocument; revision: number; savedAt: string }
  | { kind: 'edited'; document: RunbookDocument }
  | { kind: 'sent' }
  | {
      kind: 'stored';
      sent: RunbookDocument;
      now: RunbookDocument;
      revision: number;
      savedAt: string;
      findings: Finding[];
    }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }
  | { kind: 'rejected'; message: string }
  | { kind: 'checked'; findings: Finding[] }
  | { kind: 'rebased'; revision: number };

export function opened(document: RunbookDocument, revision: number, savedAt: string | null): Saving {
  return { revision, stored: document, savedAt, phase: 'saved', message: '', findings: [] };
}

export function advance(saving: Saving, event: SavingEvent): Saving {
  switch (event.kind) {
    case 'opened':
      return opened(event.document, event.revision, event.savedAt);
    case 'edited':
      if (saving.phase === 'conflict' || saving.phase === 'saving') return saving;
      return { ...saving, phase: sameJson(event.document, saving.stored) ? 'saved' : 'unsaved' };
    case 'sent':
      return { ...saving, phase: 'saving', message: '' };
    case 'stored':
      return {
        revision: event.revision,
        stored: event.sent,
        savedAt: event.savedAt,
        phase: sameJson(event.sent, event.now) ? 'saved' : 'unsaved',
        message: '',
        findings: event.findings,
      };
    case 'refused':
      return { ...saving, phase: 'conflict', message: event.message };
    case 'failed':
    case 'rejected':
      return { ...saving, phase: event.kind, message: event.message };
    case 'checked':
      return { ...saving, findings: event.findings };
    case 'rebased':
      return { ...saving, revision: event.revision, phase: 'unsaved', message: '' };
  }
}
