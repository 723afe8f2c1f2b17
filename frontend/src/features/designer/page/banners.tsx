import { Button, Group } from '@mantine/core';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { messageOf } from '@/api/problem';
import { useCheckOut } from '@/api/runbooks';
import type { Runbook } from '@/api/types';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Ago } from '@/shared/ui/times';
import type { DraftSaver } from '../state/saver';
import classes from './banners.module.css';

/** Shown when the server holds a newer draft than the one on the screen. */
export function Conflict({ saver }: { saver: DraftSaver }) {
  const saving = useStore(saver.state);
  if (saving.phase !== 'conflict') return null;
  return (
    <div className={`banner ${classes.conflict ?? ''}`} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <span className={classes.text}>
        <strong>Not saved: this draft was changed elsewhere.</strong> {saving.message} What you see is only on
        this screen.
      </span>
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" onClick={() => void saver.takeTheirs()}>
          Load the other draft
        </Button>
        <Button color="red" onClick={() => void saver.keepMine()}>
          Overwrite with mine
        </Button>
      </Group>
    </div>
  );
}

/** Shown when somebody else has it checked out. */
export function HeldByOther({ runbook }: { runbook: Runbook }) {
  const checkOut = useCheckOut(runbook.id);
  const [asking, setAsking] = useState(false);
  const owner = runbook.checked_out_by;
  if (!owner) return null;
  return (
    <div className={`banner ${classes.held ?? ''}`}>
      <IconLock size={18} aria-hidden />
      <span className={classes.text}>
        Checked out by <strong>{owner.name}</strong> <Ago at={runbook.checked_out_at} />. You see the version
        that was checked in last.
      </span>
      <Button variant="default" onClick={() => setAsking(true)}>
        Take over…
      </Button>
      <ConfirmDialog
        title="Take over the check-out"
        action="Take over"
        opened={asking}
        onClose={() => setAsking(false)}
        busy={checkOut.isPending}
        error={checkOut.error ? messageOf(checkOut.error) : null}
        onConfirm={() => checkOut.mutate({ take_over: true }, { onSuccess: () => setAsking(false) })}
      >
        {owner.name} can no longer save. Their draft is kept, and the audit list says who took it over.
      </ConfirmDialog>
    </div>
  );
}
