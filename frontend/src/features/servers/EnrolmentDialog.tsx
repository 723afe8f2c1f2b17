import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  NumberInput,
  Stack,
  TagsInput,
} from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { messageOf } from '@/api/problem';
import { enrolmentTokensOptions, useCreateEnrolmentToken, useRevokeEnrolmentToken } from '@/api/servers';
import type { EnrolmentToken } from '@/api/types';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote } from '@/shared/ui/notes';
import { Ago } from '@/shared/ui/times';

/** Tokens that let new runbook servers in; each is shown once, when it is made. */
export function EnrolmentDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateEnrolmentToken();
  const { data = [] } = useQuery(enrolmentTokensOptions);
  return (
    <Modal opened onClose={onClose} title="Add a server" size="xl" centered>
      <Stack gap="sm">
        {create.data ? <Fresh token={create.data.token} onClose={create.reset} /> : null}
        {create.error ? <ErrorNote message={messageOf(create.error)} /> : null}
        <NewToken busy={create.isPending} onCreate={create.mutate} />
        <DataTable
          label="Enrolment tokens"
          rows={data}
          columns={COLUMNS}
          rowId={(token) => token.id}
          empty={<Empty title="No enrolment tokens">A server with a new name needs one to be let in.</Empty>}
        />
      </Stack>
    </Modal>
  );
}

interface NewProps {
  busy: boolean;
  onCreate: (order: { uses: number; hours: number; tags: string[] }) => void;
}

function NewToken({ busy, onCreate }: NewProps) {
  const [uses, setUses] = useState<number | string>(1);
  const [hours, setHours] = useState<number | string>(24);
  const [tags, setTags] = useState<string[]>([]);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onCreate({ uses: Number(uses) || 1, hours: Number(hours) || 24, tags });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <NumberInput label="Servers" w={90} value={uses} onChange={setUses} min={1} max={1000} />
        <NumberInput label="Valid, hours" w={110} value={hours} onChange={setHours} min={1} max={8760} />
        <TagsInput
          size="xs"
          style={{ flex: 1 }}
          label="Tags those servers get"
          placeholder="zone=dmz"
          value={tags}
          onChange={setTags}
        />
        <Button type="submit" loading={busy}>
          Make a token
        </Button>
      </Group>
    </form>
  );
}

function Fresh({ token, onClose }: { token: string; onClose: () => void }) {
  return (
    <Alert
      color="lake"
      title="Copy it now, it is not shown again"
      withCloseButton
      closeButtonLabel="Hide the token"
      onClose={onClose}
    >
      <Group gap="xs">
        <Code>{token}</Code>
        <CopyButton value={token}>
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

const COLUMNS: Columns<EnrolmentToken> = [
  { header: 'Made', accessorKey: 'created_at', cell: ({ row }) => <Ago at={row.original.created_at} /> },
  { header: 'By', accessorKey: 'created_by' },
  {
    header: 'Used',
    id: 'used',
    enableSorting: false,
    cell: ({ row }) => `${row.original.used} of ${row.original.uses}`,
  },
  { header: 'Tags', id: 'tags', enableSorting: false, cell: ({ row }) => row.original.tags.join(', ') },
  {
    header: 'Ends',
    id: 'ends',
    enableSorting: false,
    cell: ({ row }) => (row.original.revoked_at ? 'revoked' : <Ago at={row.original.expires_at} />),
  },
  { header: '', id: 'actions', enableSorting: false, cell: ({ row }) => <Revoke token={row.original} /> },
];

function Revoke({ token }: { token: EnrolmentToken }) {
  const revoke = useRevokeEnrolmentToken();
  if (token.revoked_at) return null;
  return (
    <ActionIcon
      aria-label="Revoke the token"
      loading={revoke.isPending}
      onClick={() => revoke.mutate(token.id)}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
