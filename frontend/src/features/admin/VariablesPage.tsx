import { ActionIcon, Button, Group } from '@mantine/core';
import { IconLock, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useDeleteVariable, variablesOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { Variable } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import classes from './admin.module.css';
import { VariableDialog } from './VariableDialog';

/** Values shared by runbooks; an encrypted one is never shown again. */
export function VariablesPage() {
  const query = useQuery(variablesOptions);
  const [editing, setEditing] = useState<Variable | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Variable | null>(null);
  return (
    <PageFrame
      title="Variables"
      subtitle="Values that runbooks share"
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setEditing('new')}>
          New variable
        </Button>
      }
    >
      {query.isPending ? <Loading what="variables" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="Variables"
          rows={query.data}
          columns={columns(setEditing, setDeleting)}
          rowId={(variable) => variable.id}
          empty={
            <Empty title="No variables">Make one and use it in any input as {'{{ var["Name"] }}'}.</Empty>
          }
        />
      ) : null}
      {editing ? (
        <VariableDialog variable={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      ) : null}
      {deleting ? <DeleteDialog variable={deleting} onClose={() => setDeleting(null)} /> : null}
    </PageFrame>
  );
}

function DeleteDialog({ variable, onClose }: { variable: Variable; onClose: () => void }) {
  const destroy = useDeleteVariable();
  return (
    <ConfirmDialog
      title="Delete variable"
      action="Delete variable"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(variable.id, { onSuccess: onClose })}
    >
      “{variable.path}” is deleted. Runbooks that use it find it missing when they run.
    </ConfirmDialog>
  );
}

type Choose = (variable: Variable) => void;

const columns = (onEdit: Choose, onDelete: Choose): Columns<Variable> => [
  { header: 'Name', accessorKey: 'path', cell: ({ row }) => <strong>{row.original.path}</strong> },
  {
    header: 'Value',
    id: 'value',
    enableSorting: false,
    cell: ({ row }) => <ValueCell variable={row.original} />,
  },
  { header: 'Description', accessorKey: 'description' },
  {
    header: '',
    id: 'actions',
    enableSorting: false,
    cell: ({ row: { original: variable } }) => (
      <Group gap={0} justify="flex-end" wrap="nowrap">
        <ActionIcon aria-label={`Change ${variable.path}`} onClick={() => onEdit(variable)}>
          <IconPencil size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Delete ${variable.path}`} onClick={() => onDelete(variable)}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    ),
  },
];

function ValueCell({ variable }: { variable: Variable }) {
  if (!variable.encrypted) return <div className={classes.value}>{formatValue(variable.value)}</div>;
  return (
    <Group gap={4} c="var(--text-soft)">
      <IconLock size={14} aria-hidden /> encrypted
    </Group>
  );
}
