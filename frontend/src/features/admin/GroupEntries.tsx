import { ActionIcon, Button, Fieldset, Group, NativeSelect, Select, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ComputerGroup } from '@/api/types';

type Entry = ComputerGroup['entries'][number];

const KINDS: { value: Entry['kind']; label: string }[] = [
  { value: 'name', label: 'Computer' },
  { value: 'range', label: 'Range' },
  { value: 'group', label: 'Group' },
];

interface Props {
  entries: Entry[];
  others: string[];
  onChange: (entries: Entry[]) => void;
}

/** The lines of a computer group, in the order in which its computers are taken. */
export function GroupEntries({ entries, others, onChange }: Props) {
  const replace = (index: number, ...by: Entry[]) => onChange(entries.toSpliced(index, 1, ...by));
  return (
    <Fieldset legend="Entries">
      <Stack gap="xs">
        {entries.map((entry, index) => (
          // Lines have no name of their own; their place is what they are.
          <Group key={index} gap="xs" wrap="nowrap">
            <NativeSelect
              size="xs"
              aria-label={`Kind of entry ${index + 1}`}
              data={KINDS}
              value={entry.kind}
              onChange={(event) =>
                replace(index, { kind: event.currentTarget.value as Entry['kind'], value: '' })
              }
            />
            <EntryValue
              label={`Entry ${index + 1}`}
              entry={entry}
              others={others}
              onChange={(value) => replace(index, { ...entry, value })}
            />
            <ActionIcon aria-label={`Remove entry ${index + 1}`} onClick={() => replace(index)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="subtle"
            size="xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...entries, { kind: entries.at(-1)?.kind ?? 'name', value: '' }])}
          >
            Add an entry
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface ValueProps {
  label: string;
  entry: Entry;
  others: string[];
  onChange: (value: string) => void;
}

function EntryValue({ label, entry, others, onChange }: ValueProps) {
  if (entry.kind === 'group')
    return (
      <Select
        aria-label={label}
        placeholder="Which group"
        flex={1}
        searchable
        data={others}
        value={entry.value || null}
        onChange={(value) => onChange(value ?? '')}
        nothingFoundMessage="There is no other group."
      />
    );
  return (
    <TextInput
      aria-label={label}
      placeholder={entry.kind === 'range' ? 'web[01-12].example.org' : 'server.example.org'}
      flex={1}
      value={entry.value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
