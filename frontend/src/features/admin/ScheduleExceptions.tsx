import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ScheduleException } from './schedule-api';

const RULINGS: { value: ScheduleException['ruling']; label: string }[] = [
  { value: 'disallow', label: 'Nothing of it is permitted' },
  { value: 'allow', label: 'All of it is permitted' },
];

interface Props {
  exceptions: ScheduleException[];
  onChange: (exceptions: ScheduleException[]) => void;
}

/** Dates for which days and hours do not count. */
export function ScheduleExceptions({ exceptions, onChange }: Props) {
  const replace = (index: number, ...by: ScheduleException[]) =>
    onChange(exceptions.toSpliced(index, 1, ...by));
  return (
    <Fieldset legend="Exceptions">
      <Stack gap="xs">
        {exceptions.map((each, index) => (
          // A date that is being written is no name yet; the place is what an exception is.
          <Group key={index} gap="xs" wrap="nowrap">
            <TextInput
              type="date"
              size="xs"
              aria-label={`Date of exception ${index + 1}`}
              value={each.date}
              onChange={(event) => replace(index, { ...each, date: event.currentTarget.value })}
            />
            <NativeSelect
              size="xs"
              flex={1}
              aria-label={`Ruling of exception ${index + 1}`}
              data={RULINGS}
              value={each.ruling}
              onChange={(event) =>
                replace(index, { ...each, ruling: event.currentTarget.value as ScheduleException['ruling'] })
              }
            />
            <ActionIcon aria-label={`Remove exception ${index + 1}`} onClick={() => replace(index)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="subtle"
            size="xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...exceptions, { date: '', ruling: 'disallow' }])}
          >
            Add an exception
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
