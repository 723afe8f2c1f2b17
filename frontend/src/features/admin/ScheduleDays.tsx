import { Chip, Fieldset, Group, Input, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Days } from './schedule-api';
import { ALWAYS, capitalized, OCCURRENCES, WEEKDAYS } from './schedule-words';

type ByWeek = Extract<Days, { by: 'week' }>;

interface Props {
  days: Days;
  /** What is wrong with the days of the month. */
  error: string | null;
  onChange: (days: Days) => void;
}

/** Days of the week with their occurrences, or days of the month; what was chosen of the other is kept at hand. */
export function ScheduleDays({ days, error, onChange }: Props) {
  const [other, setOther] = useState<Days>(days.by === 'week' ? { by: 'month', text: 'all' } : ALWAYS.days);
  const swap = () => {
    setOther(days);
    onChange(other);
  };
  return (
    <Fieldset legend="Days">
      <Stack gap="xs">
        <SegmentedControl
          aria-label="Which days"
          data={[
            { value: 'week', label: 'Days of the week' },
            { value: 'month', label: 'Days of the month' },
          ]}
          value={days.by}
          onChange={(by) => (by === days.by ? undefined : swap())}
        />
        {days.by === 'week' ? (
          <WeekDays days={days} onChange={onChange} />
        ) : (
          <TextInput
            label="Days of the month"
            description="For instance 1,3 or 1-21, all, or last"
            required
            value={days.text}
            error={error}
            onChange={(event) => onChange({ by: 'month', text: event.currentTarget.value })}
          />
        )}
      </Stack>
    </Fieldset>
  );
}

function WeekDays({ days, onChange }: { days: ByWeek; onChange: (days: Days) => void }) {
  return (
    <>
      <Choice
        label="Weekdays"
        all={WEEKDAYS}
        chosen={days.weekdays ?? []}
        onChange={(weekdays) => onChange({ ...days, weekdays })}
      />
      <Choice
        label="Which of them in a month"
        all={OCCURRENCES}
        chosen={days.occurrences ?? []}
        onChange={(occurrences) => onChange({ ...days, occurrences })}
      />
    </>
  );
}

interface ChoiceProps<Word extends string> {
  label: string;
  all: readonly Word[];
  chosen: Word[];
  onChange: (chosen: Word[]) => void;
}

function Choice<Word extends string>({ label, all, chosen, onChange }: ChoiceProps<Word>) {
  return (
    <Input.Wrapper label={label} labelElement="div">
      <Chip.Group
        multiple
        value={chosen}
        onChange={(words) => onChange(all.filter((word) => words.includes(word)))}
      >
        <Group gap={4} role="group" aria-label={label}>
          {all.map((word) => (
            <Chip key={word} value={word} size="xs">
              {capitalized(word)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Input.Wrapper>
  );
}
