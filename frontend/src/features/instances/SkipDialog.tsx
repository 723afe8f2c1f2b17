import { ActionIcon, Autocomplete, Button, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { activityTypesOptions } from '@/api/catalogue';
import { messageOf } from '@/api/problem';
import { useSteer } from '@/api/steering';
import type { InstanceDetail, PublishedItem } from '@/api/types';
import { FormDialog } from '@/shared/ui/FormDialog';
import { activityNames } from './model/activities';
import { type Cell, recordsOf } from './model/given';
import classes from './InstancePage.module.css';

type Ending = 'success' | 'warning' | 'failed';
const ENDINGS: { value: Ending; label: string }[] = [
  { value: 'success', label: 'Success' },
  { value: 'warning', label: 'Warning' },
  { value: 'failed', label: 'Failed' },
];

interface Props {
  instance: InstanceDetail;
  activityId: string | undefined;
  onClose: () => void;
}

/** Gives an activity its ending instead of running it. */
export default function SkipDialog({ instance, activityId, onClose }: Props) {
  const steer = useSteer(instance.id, true);
  const { data: types = [] } = useQuery(activityTypesOptions);
  const names = activityNames(instance.document);
  const [id, setId] = useState(activityId ?? names[0]?.value ?? '');
  const [status, setStatus] = useState<Ending>('success');
  const [error, setError] = useState('');
  const [rows, setRows] = useState<Cell[][]>([[]]);
  const type = types.find((each) => each.id === instance.document.activities?.[id]?.type);
  const items = type?.published ?? [];
  const submit = () =>
    steer.mutate(
      {
        wish: 'skip',
        activity_id: id,
        status,
        records: recordsOf(rows, items),
        ...(status === 'failed' ? { error } : {}),
      },
      {
        onSuccess: () => {
          const name = names.find(({ value }) => value === id)?.label ?? id;
          notifications.show({ color: 'green', message: `“${name}” is not run; it ends with this data.` });
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title="Skip an activity"
      action="Skip it"
      size="lg"
      onClose={onClose}
      onSubmit={submit}
      busy={steer.isPending}
      error={steer.error ? messageOf(steer.error) : null}
    >
      <p className={classes.says}>
        When the run gets to it, the activity is not run. It ends like this, and what follows reads this data.
      </p>
      <Select
        label="Activity"
        data={names}
        value={id}
        allowDeselect={false}
        searchable
        onChange={(next) => setId(next ?? id)}
      />
      <Select
        label="Ends as"
        data={ENDINGS}
        value={status}
        allowDeselect={false}
        onChange={(next) => setStatus(next ?? 'success')}
      />
      {status === 'failed' ? (
        <TextInput label="Error" value={error} onChange={(event) => setError(event.currentTarget.value)} />
      ) : null}
      <Rows rows={rows} items={items} onChange={setRows} />
    </FormDialog>
  );
}

interface RowsProps {
  rows: Cell[][];
  items: PublishedItem[];
  onChange: (rows: Cell[][]) => void;
}

/** The records it publishes, each a list of items and values. */
function Rows({ rows, items, onChange }: RowsProps) {
  const put = (index: number, cells: Cell[]) => onChange(rows.map((old, at) => (at === index ? cells : old)));
  return (
    <div>
      {rows.map((cells, index) => (
        <fieldset key={index} className={classes.record}>
          <legend className={classes.section}>Record {index + 1}</legend>
          {cells.map((cell, at) => (
            <CellRow
              key={at}
              label={`of record ${index + 1}, row ${at + 1}`}
              cell={cell}
              items={items}
              onChange={(next) =>
                put(
                  index,
                  next ? cells.map((old, i) => (i === at ? next : old)) : cells.filter((_, i) => i !== at),
                )
              }
            />
          ))}
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconPlus size={12} />}
            onClick={() => put(index, [...cells, { item: unused(items, cells), text: '' }])}
          >
            Add item
          </Button>
        </fieldset>
      ))}
      <Button size="compact-xs" variant="default" mt="xs" onClick={() => onChange([...rows, []])}>
        Add record
      </Button>
      {rows.length > 1 ? (
        <Button
          size="compact-xs"
          variant="default"
          mt="xs"
          ml="xs"
          onClick={() => onChange(rows.slice(0, -1))}
        >
          Remove record {rows.length}
        </Button>
      ) : null}
    </div>
  );
}

const unused = (items: PublishedItem[], cells: Cell[]): string =>
  items.find(({ name }) => !cells.some(({ item }) => item === name))?.name ?? '';

interface CellProps {
  label: string;
  cell: Cell;
  items: PublishedItem[];
  onChange: (cell: Cell | null) => void;
}

function CellRow({ label, cell, items, onChange }: CellProps) {
  const type = items.find(({ name }) => name === cell.item)?.type ?? 'text';
  return (
    <div className={classes.cells}>
      <Autocomplete
        size="xs"
        aria-label={`Item ${label}`}
        placeholder="Item"
        data={items.map(({ name }) => name)}
        value={cell.item}
        onChange={(item) => onChange({ ...cell, item })}
      />
      <TextInput
        aria-label={`Value ${label}`}
        placeholder={type === 'boolean' ? 'true or false' : type}
        value={cell.text}
        onChange={(event) => onChange({ ...cell, text: event.currentTarget.value })}
      />
      <ActionIcon size="sm" aria-label={`Remove item ${label}`} onClick={() => onChange(null)}>
        <IconTrash size={14} />
      </ActionIcon>
    </div>
  );
}
