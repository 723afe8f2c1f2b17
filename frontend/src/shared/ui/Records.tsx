import { Table, Text } from '@mantine/core';
import { formatValue } from '../lib/format';
import { Facts } from './Facts';
import classes from './Records.module.css';

type Records = Record<string, unknown>[];

const columnsOf = (rows: Records): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** Rows of named values: one row as names and values, several as a table. */
export function Records({ label, rows }: { label: string; rows: Records }) {
  const only = rows.length === 1 ? rows[0] : undefined;
  if (rows.length === 0) {
    return (
      <Text size="sm" c="var(--text-soft)">
        Nothing.
      </Text>
    );
  }
  if (only)
    return (
      <Facts
        facts={Object.entries(only).map(([name, value]) => [name, <Value key={name} value={value} />])}
      />
    );
  const columns = columnsOf(rows);
  return (
    <div className={classes.scroll}>
      <Table aria-label={label} className={classes.table} withColumnBorders>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>#</Table.Th>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={index}>
              <Table.Td>{index + 1}</Table.Td>
              {columns.map((column) => (
                <Table.Td key={column}>
                  <Value value={row[column]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** One value; long texts keep their lines and scroll. */
export function Value({ value }: { value: unknown }) {
  const text = formatValue(value);
  if (text === '') return <span className={classes.nothing}>empty</span>;
  if (text.includes('\n') || text.length > 160) return <pre className={classes.long}>{text}</pre>;
  return <span className={classes.value}>{text}</span>;
}
