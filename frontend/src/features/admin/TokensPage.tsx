import { ActionIcon, Alert, Button, Code, CopyButton, Group } from '@mantine/core';
import { IconCopy, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { tokensOptions, useCreateToken, useDeleteToken } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { ApiToken, NewApiToken } from '@/api/types';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { ConfirmDialog, PromptDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { Ago } from '@/shared/ui/times';

/** The user's tokens for programs; each is shown once, when it is made. */
export function TokensPage() {
  const query = useQuery(tokensOptions);
  const create = useCreateToken();
  const [naming, setNaming] = useState(false);
  const [deleting, setDeleting] = useState<ApiToken | null>(null);
  return (
    <PageFrame
      title="API tokens"
      subtitle="For programs that act in your name"
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setNaming(true)}>
          New token
        </Button>
      }
    >
      {create.data ? <Fresh token={create.data} onClose={create.reset} /> : null}
      {query.isPending ? <Loading what="tokens" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="API tokens"
          rows={query.data}
          columns={columns(setDeleting)}
          rowId={(token) => token.id}
          empty={<Empty title="No tokens">Make one for a script or a monitoring system.</Empty>}
        />
      ) : null}
      <PromptDialog
        key={String(naming)}
        title="New API token"
        label="What is it for?"
        action="Create"
        required
        opened={naming}
        onClose={() => setNaming(false)}
        busy={create.isPending}
        error={create.error ? messageOf(create.error) : null}
        onSubmit={(name) => create.mutate({ name }, { onSuccess: () => setNaming(false) })}
      />
      {deleting ? <DeleteDialog token={deleting} onClose={() => setDeleting(null)} /> : null}
    </PageFrame>
  );
}

function Fresh({ token, onClose }: { token: NewApiToken; onClose: () => void }) {
  return (
    <Alert
      color="lake"
      title={`Token “${token.name}”: copy it now, it is not shown again`}
      withCloseButton
      onClose={onClose}
      mb="sm"
    >
      <Group gap="xs">
        <Code>{token.token}</Code>
        <CopyButton value={token.token}>
          {({ copied, copy }) => (
            <Button variant="light" leftSection={<IconCopy size={14} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}

function DeleteDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const destroy = useDeleteToken();
  return (
    <ConfirmDialog
      title="Delete token"
      action="Delete token"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(token.id, { onSuccess: onClose })}
    >
      Programs that use “{token.name}” are refused from now on.
    </ConfirmDialog>
  );
}

const columns = (onDelete: (token: ApiToken) => void): Columns<ApiToken> => [
  { header: 'Name', accessorKey: 'name', cell: ({ row }) => <strong>{row.original.name}</strong> },
  { header: 'Created', accessorKey: 'created_at', cell: ({ row }) => <Ago at={row.original.created_at} /> },
  {
    header: 'Last used',
    id: 'last_used',
    accessorFn: (token) => token.last_used_at ?? '',
    cell: ({ row }) => (row.original.last_used_at ? <Ago at={row.original.last_used_at} /> : 'never'),
  },
  {
    header: '',
    id: 'actions',
    enableSorting: false,
    cell: ({ row }) => (
      <Group justify="flex-end">
        <ActionIcon aria-label={`Delete ${row.original.name}`} onClick={() => onDelete(row.original)}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    ),
  },
];
