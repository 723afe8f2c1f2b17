import { ActionIcon, Button, Group } from '@mantine/core';
import { IconListDetails, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { computerGroupsOptions, useDeleteComputerGroup } from '@/api/resources';
import type { ComputerGroup } from '@/api/types';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import classes from './admin.module.css';
import { ComputerGroupDialog } from './ComputerGroupDialog';
import { MembersDialog } from './MembersDialog';

/** Named lists of computers that activities run on. */
export function ComputerGroupsPage() {
  const query = useQuery(computerGroupsOptions);
  const [editing, setEditing] = useState<ComputerGroup | 'new' | null>(null);
  const [looking, setLooking] = useState<ComputerGroup | null>(null);
  const [deleting, setDeleting] = useState<ComputerGroup | null>(null);
  const edited = editing === 'new' ? null : editing;
  return (
    <PageFrame
      title="Computer groups"
      subtitle="Named lists of computers"
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setEditing('new')}>
          New computer group
        </Button>
      }
    >
      {query.isPending ? <Loading what="computer groups" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="Computer groups"
          rows={query.data}
          columns={columns(setLooking, setEditing, setDeleting)}
          rowId={(group) => group.id}
          empty={
            <Empty title="No computer groups">
              Make one of computers, ranges such as web[01-12], and other groups.
            </Empty>
          }
        />
      ) : null}
      {editing ? (
        <ComputerGroupDialog
          group={edited}
          others={(query.data ?? []).map(({ path }) => path).filter((path) => path !== edited?.path)}
          onClose={() => setEditing(null)}
        />
      ) : null}
      {looking ? <MembersDialog group={looking} onClose={() => setLooking(null)} /> : null}
      {deleting ? <DeleteDialog group={deleting} onClose={() => setDeleting(null)} /> : null}
    </PageFrame>
  );
}

function DeleteDialog({ group, onClose }: { group: ComputerGroup; onClose: () => void }) {
  const destroy = useDeleteComputerGroup();
  return (
    <ConfirmDialog
      title="Delete computer group"
      action="Delete computer group"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(group.id, { onSuccess: onClose })}
    >
      “{group.path}” is deleted; its computers are not touched. Runbooks that use it find it missing when they
      run.
    </ConfirmDialog>
  );
}

type Choose = (group: ComputerGroup) => void;

const columns = (onLook: Choose, onEdit: Choose, onDelete: Choose): Columns<ComputerGroup> => [
  { header: 'Name', accessorKey: 'path', cell: ({ row }) => <strong>{row.original.path}</strong> },
  {
    header: 'Entries',
    id: 'entries',
    enableSorting: false,
    cell: ({ row }) => <div className={classes.value}>{entriesOf(row.original)}</div>,
  },
  { header: 'Description', accessorKey: 'description' },
  {
    header: '',
    id: 'actions',
    enableSorting: false,
    cell: ({ row: { original: group } }) => (
      <Group gap={0} justify="flex-end" wrap="nowrap">
        <ActionIcon aria-label={`Members of ${group.path}`} onClick={() => onLook(group)}>
          <IconListDetails size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Change ${group.path}`} onClick={() => onEdit(group)}>
          <IconPencil size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Delete ${group.path}`} onClick={() => onDelete(group)}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    ),
  },
];

const entriesOf = ({ entries }: ComputerGroup): string =>
  entries.map(({ kind, value }) => (kind === 'group' ? `group ${value}` : value)).join(', ');
