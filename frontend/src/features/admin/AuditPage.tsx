import { useInfiniteQuery } from '@tanstack/react-query';
import { auditOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { AuditEntry } from '@/api/types';
import { formatMembers, formatMoment } from '@/shared/lib/format';
import { type Columns, DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import classes from './admin.module.css';

/** Who changed what, newest first. */
export function AuditPage() {
  const list = useInfiniteQuery(auditOptions);
  return (
    <PageFrame title="Audit" subtitle="Who changed what, newest first">
      {list.isPending ? <Loading what="the audit list" /> : null}
      {list.error ? <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} /> : null}
      {list.data ? (
        <DataTable
          label="Audit"
          rows={list.data.pages.flatMap((page) => page.items)}
          columns={COLUMNS}
          rowId={(entry) => entry.id}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          empty={<Empty title="Nothing yet">Every change is written down here.</Empty>}
        />
      ) : null}
    </PageFrame>
  );
}

const COLUMNS: Columns<AuditEntry> = [
  { header: 'When', accessorKey: 'at', cell: ({ row }) => formatMoment(row.original.at) },
  { header: 'Who', accessorKey: 'user' },
  { header: 'From', accessorKey: 'origin' },
  { header: 'What', accessorKey: 'action' },
  {
    header: 'Object',
    id: 'object',
    accessorFn: (entry) => `${entry.object_type} ${entry.object_name}`,
    cell: ({ row: { original: entry } }) => (
      <span>
        <span className={classes.soft}>{entry.object_type}</span> {entry.object_name}
      </span>
    ),
  },
  {
    header: 'Details',
    id: 'details',
    enableSorting: false,
    cell: ({ row }) => <div className={classes.value}>{formatMembers(row.original.details)}</div>,
  },
];
