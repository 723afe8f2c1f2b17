import { ActionIcon, Button, Group } from '@mantine/core';
import { IconPencil, IconPlus, IconPlusMinus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { countersOptions, useDeleteCounter } from '@/api/resources';
import type { Counter } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import classes from './admin.module.css';
import { CounterDialog } from './CounterDialog';
import { CounterValueDialog } from './CounterValueDialog';

/** Numbers that runbooks and people count on. */
export function CountersPage() {
  const query = useQuery(countersOptions);
  const [editing, setEditing] = useState<Counter | 'new' | null>(null);
  const [counting, setCounting] = useState<Counter | null>(null);
  const [deleting, setDeleting] = useState<Counter | null>(null);
  return (
    <PageFrame
      title="Counters"
      subtitle="Numbers that runbooks share; none of their changes is lost"
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setEditing('new')}>
          New counter
        </Button>
      }
    >
      {query.isPending ? <Loading what="counters" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="Counters"
          rows={query.data}
          columns={columns(setCounting, setEditing, setDeleting)}
          rowId={(counter) => counter.id}
          empty={<Empty title="No counters">Make one, and let runbooks count with Modify Counter.</Empty>}
        />
      ) : null}
      {editing ? (
        <CounterDialog counter={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      ) : null}
      {counting ? <CounterValueDialog counter={counting} onClose={() => setCounting(null)} /> : null}
      {deleting ? <DeleteDialog counter={deleting} onClose={() => setDeleting(null)} /> : null}
    </PageFrame>
  );
}

function DeleteDialog({ counter, onClose }: { counter: Counter; onClose: () => void }) {
  const destroy = useDeleteCounter();
  return (
    <ConfirmDialog
      title="Delete counter"
      action="Delete counter"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(counter.id, { onSuccess: onClose })}
    >
      “{counter.path}” is deleted with its value. Runbooks that use it find it missing when they run.
    </ConfirmDialog>
  );
}

type Choose = (counter: Counter) => void;

const columns = (onCount: Choose, onEdit: Choose, onDelete: Choose): Columns<Counter> => [
  { header: 'Name', accessorKey: 'path', cell: ({ row }) => <strong>{row.original.path}</strong> },
  {
    header: 'Value',
    accessorKey: 'value',
    cell: ({ row }) => <span className={classes.number}>{formatValue(row.original.value)}</span>,
  },
  { header: 'Default', accessorKey: 'default_value' },
  {
    header: 'Bounds',
    id: 'bounds',
    enableSorting: false,
    cell: ({ row: { original } }) => boundsOf(original),
  },
  { header: 'Description', accessorKey: 'description' },
  {
    header: '',
    id: 'actions',
    enableSorting: false,
    cell: ({ row: { original: counter } }) => (
      <Group gap={0} justify="flex-end" wrap="nowrap">
        <ActionIcon aria-label={`Change the value of ${counter.path}`} onClick={() => onCount(counter)}>
          <IconPlusMinus size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Change ${counter.path}`} onClick={() => onEdit(counter)}>
          <IconPencil size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Delete ${counter.path}`} onClick={() => onDelete(counter)}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    ),
  },
];

/** Both bounds in words; a counter without any has nothing to say. */
function boundsOf({ minimum, maximum }: Counter): string {
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}`;
  if (minimum !== null) return `at least ${minimum}`;
  return maximum === null ? '' : `at most ${maximum}`;
}
