import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type SyntheticEvent, type ReactNode, useState } from 'react';

interface Common {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** Text of what went wrong on the last try. */
  error?: string | null | undefined;
  busy?: boolean;
}

interface ConfirmProps extends Common {
  action: string;
  danger?: boolean;
  children: ReactNode;
  onConfirm: () => void;
}

/** Asks before something that cannot be taken back; the button says what will happen. */
export function ConfirmDialog({ title, opened, onClose, error, busy, ...rest }: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <Stack gap="sm">
        <Text size="sm" component="div">
          {rest.children}
        </Text>
        {error ? (
          <Text size="sm" c="var(--status-failed)" role="alert">
            {error}
          </Text>
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color={rest.danger ? 'red' : undefined}
            loading={busy ?? false}
            onClick={rest.onConfirm}
            data-autofocus
          >
            {rest.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface PromptProps extends Common {
  label: string;
  action: string;
  initial?: string;
  required?: boolean;
  onSubmit: (text: string) => void;
}

/** Asks for one line of text. Mount it anew (by `key`) for a new initial value. */
export function PromptDialog({ title, opened, onClose, error, busy, ...rest }: PromptProps) {
  const [text, setText] = useState(rest.initial ?? '');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim() || !rest.required) rest.onSubmit(text.trim());
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <form onSubmit={submit}>
        <TextInput
          label={rest.label}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={error}
          required={rest.required ?? false}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy ?? false}>
            {rest.action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
