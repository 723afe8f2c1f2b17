import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What to show while there is nothing to show yet. */
export function Loading({ what }: { what: string }) {
  return (
    <Center p="xl" role="status">
      <Loader size="sm" mr="sm" />
      <Text size="sm" c="var(--text-soft)">
        Loading {what}…
      </Text>
    </Center>
  );
}

export function ErrorNote({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle />} role="alert" my="sm" title={message}>
      {onRetry ? (
        <Button size="xs" variant="light" color="red" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Alert>
  );
}

/** An empty list says what would be here and how it comes to be. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap={4} py={48} px="md">
      <Text fw={600}>{title}</Text>
      <Text size="sm" c="var(--text-soft)" ta="center" component="div">
        {children}
      </Text>
    </Stack>
  );
}
