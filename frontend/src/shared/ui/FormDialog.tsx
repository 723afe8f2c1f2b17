import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, type SyntheticEvent } from 'react';

interface Props {
  title: string;
  onClose: () => void;
  onSubmit: () => void;
  /** What the button says. */
  action?: string;
  busy: boolean;
  /** Text of what went wrong on the last try. */
  error: string | null;
  size?: string;
  children: ReactNode;
}

/** A dialog with a form: its fields, what went wrong, and two buttons. */
export function FormDialog({ title, onClose, onSubmit, action = 'Save', busy, error, ...rest }: Props) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal opened onClose={onClose} title={title} size={rest.size ?? 'md'} centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {rest.children}
          {error ? (
            <Text size="sm" c="var(--status-failed)" role="alert">
              {error}
            </Text>
          ) : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
