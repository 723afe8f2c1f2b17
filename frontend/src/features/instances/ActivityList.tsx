import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { activityInstancesOptions } from '@/api/instances';
import { isOpen } from '@/api/jobs';
import { messageOf } from '@/api/problem';
import type { ActivityInstance, InstanceDetail } from '@/api/types';
import { useNow } from '@/shared/hooks/use-now';
import { formatClock, formatDuration } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { lookOf, Status } from '@/shared/ui/Status';
import classes from './InstancePage.module.css';
import { Origin } from './Origin';
import { spanOf } from './timeline';

interface Props {
  instance: InstanceDetail;
  activityId: string | undefined;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onAll: () => void;
}

/** The executions of a run in order, or those of one activity. */
export function ActivityList({ instance, activityId, chosen, onChoose, onAll }: Props) {
  const list = useInfiniteQuery(activityInstancesOptions(instance.id, activityId));
  const now = useNow(isOpen(instance.status) ? 1000 : 0);
  if (list.isPending) return <Loading what="activities" />;
  if (list.isError) return <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap((page) => page.items);
  return (
    <section aria-label="Activity instances">
      <div className={classes.bar}>
        <h2 className={classes.heading}>
          {activityId ? `Executions of ${rows[0]?.activity_name ?? activityId}` : 'Activities in order'}
        </h2>
        {activityId ? (
          <Button variant="subtle" onClick={onAll}>
            Show all activities
          </Button>
        ) : null}
      </div>
      <DataTable
        label="Activity instances"
        rows={rows}
        columns={columns(instance, now, onChoose)}
        rowId={(row) => row.id}
        isSelected={(row) => row.id === chosen}
        onRowClick={(row) => onChoose(row.id)}
        onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
        empty={
          <Empty title="Nothing ran">
            {activityId ? 'This activity was not reached.' : 'No activity has started yet.'}
          </Empty>
        }
      />
    </section>
  );
}

const columns = (
  run: InstanceDetail,
  now: number,
  onChoose: (id: string) => void,
): Columns<ActivityInstance> => [
  // The sequence of the journal has gaps; people count.
  { header: '#', id: 'order', accessorFn: (_row, index) => index + 1 },
  {
    header: 'Activity',
    accessorKey: 'activity_name',
    cell: ({ row: { original: row } }) => (
      <button
        type="button"
        className={classes.open}
        onClick={(event) => {
          event.stopPropagation();
          onChoose(row.id);
        }}
      >
        {row.activity_name}
        {row.attempt > 1 ? ` (attempt ${row.attempt})` : ''}
      </button>
    ),
  },
  {
    header: 'Status',
    accessorKey: 'status',
    cell: ({ row }) => (
      <span className={classes.standing}>
        <Status status={row.original.status} />
        <Origin origin={row.original.origin} />
      </span>
    ),
  },
  { header: 'Started', accessorKey: 'started_at', cell: ({ row }) => formatClock(row.original.started_at) },
  {
    header: 'Duration',
    accessorKey: 'duration_seconds',
    cell: ({ row }) => formatDuration(row.original.duration_seconds),
  },
  {
    header: 'When in the run',
    id: 'timeline',
    enableSorting: false,
    cell: ({ row: { original: row } }) => {
      const { left, width } = spanOf(row, run.started_at, run.ended_at, now);
      return (
        <span className={classes.timeline} aria-hidden>
          <span
            className={classes.span}
            data-tone={lookOf(row.status).tone}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        </span>
      );
    },
  },
  { header: 'Records', accessorKey: 'record_count' },
];
