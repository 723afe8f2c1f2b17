import { Button, Group, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, Problem } from '@/api/problem';
import { runbookKeys, useCheckIn, useCheckOut, useUndoCheckOut } from '@/api/runbooks';
import type { Runbook } from '@/api/types';
import { ConfirmDialog, PromptDialog } from '@/shared/ui/dialogs';
import { Findings } from '../inspector/Findings';
import { useEditing } from '../state/context';
import { useFindings } from '../state/findings';

/** Check out, or check in and undo check out. */
export function CheckButtons({ runbook }: { runbook: Runbook }) {
  const { saver } = useEditing();
  const client = useQueryClient();
  const checkOut = useCheckOut(runbook.id);
  const [asking, setAsking] = useState<'in' | 'undo' | null>(null);
  if (!saver) {
    return (
      <Button
        variant="default"
        leftSection={<IconLock size={14} />}
        loading={checkOut.isPending}
        disabled={runbook.checked_out_by !== null}
        onClick={() =>
          checkOut.mutate(
            { take_over: false },
            {
              onSuccess: (draft) => client.setQueryData(runbookKeys.draft(runbook.id), draft),
              onError: (error) => notifications.show({ color: 'red', message: messageOf(error) }),
            },
          )
        }
      >
        Check out
      </Button>
    );
  }
  return (
    <>
      <Button variant="default" onClick={() => setAsking('undo')}>
        Undo check out
      </Button>
      <Button
        variant="light"
        leftSection={<IconLockOpen size={14} />}
        onClick={() => void saver.flush().then(() => setAsking('in'))}
      >
        Check in
      </Button>
      {asking === 'in' ? <CheckInDialog runbook={runbook} onClose={() => setAsking(null)} /> : null}
      {asking === 'undo' ? <UndoDialog runbook={runbook} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

interface DialogProps {
  runbook: Runbook;
  onClose: () => void;
}

/** Errors that are known already are told before anything is asked. */
function CheckInDialog({ runbook, onClose }: DialogProps) {
  const errors = useFindings().filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return <CommentDialog runbook={runbook} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="It cannot be checked in yet" centered>
      <Findings findings={errors} />
      <Group justify="flex-end" mt="md">
        <Button onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </Modal>
  );
}

function CommentDialog({ runbook, onClose }: DialogProps) {
  const { saver } = useEditing();
  const checkIn = useCheckIn(runbook.id);
  const [unsaved, setUnsaved] = useState(false);
  const submit = async (comment: string) => {
    const isSaved = (await saver?.flush()) ?? true;
    setUnsaved(!isSaved);
    if (!isSaved) return;
    checkIn.mutate(
      { comment },
      {
        onSuccess: ({ version }) => {
          notifications.show({ color: 'green', message: `Checked in as version ${version}.` });
          onClose();
        },
        onError: (error) => {
          if (error instanceof Problem && error.body.findings) saver?.tell(error.body.findings);
        },
      },
    );
  };
  return (
    <PromptDialog
      title={`Check in ${runbook.name}`}
      label="Comment"
      action="Save version"
      opened
      onClose={onClose}
      busy={checkIn.isPending}
      error={unsaved ? 'The draft could not be saved first.' : checkIn.error ? refusal(checkIn.error) : null}
      onSubmit={(comment) => void submit(comment)}
    />
  );
}

/** Why a check-in was refused: the errors themselves, since the list behind the dialog shows them too. */
function refusal(error: Error): string {
  const findings = error instanceof Problem ? (error.body.findings ?? []) : [];
  const errors = findings.filter(({ severity }) => severity === 'error').map((each) => each.message);
  return errors.length ? errors.join(' ') : messageOf(error);
}

function UndoDialog({ runbook, onClose }: DialogProps) {
  const undo = useUndoCheckOut(runbook.id);
  return (
    <ConfirmDialog
      title="Undo check out"
      action="Discard the draft"
      danger
      opened
      onClose={onClose}
      busy={undo.isPending}
      error={undo.error ? messageOf(undo.error) : null}
      onConfirm={() => undo.mutate(undefined, { onSuccess: onClose })}
    >
      All changes since the check-out are discarded. The runbook is as it was checked in last.
    </ConfirmDialog>
  );
}
