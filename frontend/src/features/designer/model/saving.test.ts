import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeRunbook } from './edits';
import { advance, opened, type SavingEvent } from './saving';
import { drawn } from './testing';

const first = drawn(['a']);
const second = changeRunbook(first, { description: 'changed' });
const stored: SavingEvent = {
  kind: 'stored',
  sent: second,
  now: second,
  revision: 2,
  savedAt: 't',
  findings: [],
};

describe('saving', () => {
  it('is unsaved after an edit and saved when the server has it', () => {
    const edited = advance(opened(first, 1, null), { kind: 'edited', document: second });
    expect(edited.phase).toBe('unsaved');
    expect(advance(advance(edited, { kind: 'sent' }), stored)).toMatchObject({ phase: 'saved', revision: 2 });
  });

  it('is saved again when an edit is taken back', () => {
    const edited = advance(opened(first, 1, null), { kind: 'edited', document: second });
    expect(advance(edited, { kind: 'edited', document: drawn(['a']) }).phase).toBe('saved');
  });

  it('stays unsaved when something was typed while it was sent', () => {
    expect(advance(opened(first, 1, null), { ...stored, now: first }).phase).toBe('unsaved');
  });

  it('leaves a conflict only when the author decides', () => {
    const harmless = fc.constantFrom<SavingEvent>(
      { kind: 'edited', document: first },
      { kind: 'edited', document: second },
      { kind: 'checked', findings: [] },
    );
    fc.assert(
      fc.property(fc.array(harmless), (events) => {
        const conflict = advance(opened(first, 1, null), { kind: 'refused', message: 'newer' });
        expect(events.reduce(advance, conflict).phase).toBe('conflict');
      }),
    );
  });

  it('goes on from the newer revision when the author overwrites', () => {
    const conflict = advance(opened(first, 1, null), { kind: 'refused', message: 'newer' });
    expect(advance(conflict, { kind: 'rebased', revision: 7 })).toMatchObject({
      phase: 'unsaved',
      revision: 7,
    });
  });
});
