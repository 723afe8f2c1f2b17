import { Button, Center, Table } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import {
  type ColumnDef,
  createSortedRowModel,
  FlexRender,
  type RowData,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  sortFn_text,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic, text: sortFn_text, alphanumeric: sortFn_alphanumeric },
});

export type Columns<T extends RowData> = ColumnDef<typeof features, T>[];

interface Props<T extends RowData> {
  label: string;
  rows: T[];
  columns: Columns<T>;
  rowId: (row: T) => string;
  /** Shown in place of the rows when there are none. */
  empty: ReactNode;
  isSelected?: (row: T) => boolean;
  onRowClick?: (row: T) => void;
  /** Present when the server has more rows. */
  onMore?: (() => void) | undefined;
}

/** Rows and columns with sorting; links inside the cells are what the keyboard reaches. */
export function DataTable<T extends RowData>(props: Props<T>) {
  const { label, rows, columns, rowId, empty, onMore } = props;
  const table = useTable({ features, columns, data: rows, getRowId: rowId });
  if (rows.length === 0) return <div className={classes.frame}>{empty}</div>;
  return (
    <div className={classes.frame}>
      <Table aria-label={label} className={classes.table} highlightOnHover>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <HeaderCell
                  key={header.id}
                  sorted={header.column.getIsSorted()}
                  onSort={header.column.getCanSort() ? () => header.column.toggleSorting() : null}
                >
                  <FlexRender header={header} />
                </HeaderCell>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr
              key={row.id}
              aria-selected={props.isSelected?.(row.original)}
              data-clickable={props.onRowClick ? true : undefined}
              onClick={props.onRowClick ? () => props.onRowClick?.(row.original) : undefined}
            >
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id}>
                  <FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {onMore ? (
        <Center p="xs">
          <Button variant="subtle" size="xs" onClick={onMore}>
            Show more
          </Button>
        </Center>
      ) : null}
    </div>
  );
}

interface HeaderProps {
  sorted: false | 'asc' | 'desc';
  onSort: (() => void) | null;
  children: ReactNode;
}

function HeaderCell({ sorted, onSort, children }: HeaderProps) {
  const direction = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined;
  return (
    <Table.Th aria-sort={direction}>
      {onSort ? (
        <button type="button" className={classes.sort} onClick={onSort}>
          {children}
          {sorted === 'asc' ? <IconArrowUp size={12} aria-hidden /> : null}
          {sorted === 'desc' ? <IconArrowDown size={12} aria-hidden /> : null}
        </button>
      ) : (
        children
      )}
    </Table.Th>
  );
}
