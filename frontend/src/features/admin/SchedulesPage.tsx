import { ActionIcon, Button, Group } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { schedulesOptions } from '@/api/resources';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { type Schedule, useDeleteSchedule } from './schedule-api';
import { daysInWords, hoursInWords } from './schedule-words';
import { ScheduleDialog } from './ScheduleDialog';

/** When runbooks may start. */
export function SchedulesPage() {
  const query = useQuery(schedulesOptions);
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Schedule | null>(null);
  return (
    <PageFrame
      title="Schedules"
      subtitle="When runbooks that name them may start"
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setEditing('new')}>
          New schedule
        </Button>
      }
    >
      {query.isPending ? <Loading what="schedules" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data ? (
        <DataTable
          label="Schedules"
          rows={query.data}
          columns={columns(setEditing, setDeleting)}
          rowId={(schedule) => schedule.id}
          empty={<Empty title="No schedules">Make one, and name it in the settings of a runbook.</Empty>}
        />
      ) : null}
      {editing ? (
        <ScheduleDialog schedule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      ) : null}
      {deleting ? <DeleteDialog schedule={deleting} onClose={() => setDeleting(null)} /> : null}
    </PageFrame>
  );
}

function DeleteDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const destroy = useDeleteSchedule();
  return (
    <ConfirmDialog
      title="Delete schedule"
      action="Delete schedule"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(schedule.id, { onSuccess: onClose })}
    >
      “{schedule.path}” is deleted, unless a runbook uses it.
    </ConfirmDialog>
  );
}

type Choose = (schedule: Schedule) => void;

const columns = (onEdit: Choose, onDelete: Choose): Columns<Schedule> => [
  { header: 'Name', accessorKey: 'path', cell: ({ row }) => <strong>{row.original.path}</strong> },
  {
    header: 'Days',
    id: 'days',
    enableSorting: false,
    cell: ({ row: { original } }) => daysInWords(original.days),
  },
  {
    header: 'Hours',
    id: 'hours',
    enableSorting: false,
    cell: ({ row: { original } }) => hoursInWords(original.hours),
  },
  {
    header: 'Exceptions',
    id: 'exceptions',
    enableSorting: false,
    cell: ({ row: { original } }) => original.exceptions.length || '',
  },
  {
    header: 'Time zone',
    accessorKey: 'time_zone',
    cell: ({ row }) => row.original.time_zone || 'of the server',
  },
  { header: 'Description', accessorKey: 'description' },
  {
    header: '',
    id: 'actions',
    enableSorting: false,
    cell: ({ row: { original: schedule } }) => (
      <Group gap={0} justify="flex-end" wrap="nowrap">
        <ActionIcon aria-label={`Change ${schedule.path}`} onClick={() => onEdit(schedule)}>
          <IconPencil size={16} />
        </ActionIcon>
        <ActionIcon aria-label={`Delete ${schedule.path}`} onClick={() => onDelete(schedule)}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    ),
  },
];
