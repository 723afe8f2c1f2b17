import { IconAlertTriangle, IconCheck, IconCloudUpload, IconPencil } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { formatClock } from '@/shared/lib/format';
import type { DraftSaver } from '../state/saver';
import classes from './SaveState.module.css';

const WORDS = {
  saved: 'Draft saved',
  unsaved: 'Unsaved changes',
  saving: 'Saving…',
  failed: 'Not saved, trying again',
  rejected: 'Not saved',
  conflict: 'Not saved: conflict',
};
const SIGNS = {
  saved: IconCheck,
  unsaved: IconPencil,
  saving: IconCloudUpload,
  failed: IconAlertTriangle,
  rejected: IconAlertTriangle,
  conflict: IconAlertTriangle,
};

/** Whether the server has what is on the screen. */
export function SaveState({ saver }: { saver: DraftSaver }) {
  const { phase, savedAt, message } = useStore(saver.state);
  useEffect(() => {
    if (phase === 'saved') return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [phase]);
  const Sign = SIGNS[phase];
  const at = phase === 'saved' && savedAt ? formatClock(savedAt) : '';
  return (
    <span className={classes.state} data-phase={phase} role="status" title={message || at}>
      <Sign size={14} aria-hidden />
      {WORDS[phase]}
      {phase === 'rejected' ? `: ${message}` : ''}
    </span>
  );
}
