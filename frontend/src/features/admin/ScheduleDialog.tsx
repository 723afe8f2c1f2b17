import { Alert, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf, Problem } from '@/api/problem';
import { FormDialog } from '@/shared/ui/FormDialog';
import { HourGrid } from './HourGrid';
import {
  previewOptions,
  type Schedule,
  type ScheduleDetails,
  type ScheduleInput,
  scheduleRunbooksOptions,
  useChangeSchedule,
  useCreateSchedule,
} from './schedule-api';
import { ALWAYS } from './schedule-words';
import { ScheduleDays } from './ScheduleDays';
import { ScheduleExceptions } from './ScheduleExceptions';
import { SchedulePreview } from './SchedulePreview';

const MONTH_DAYS = 'days-of-month-invalid';
const SETTLED_MS = 300; // after the last change, before the preview is asked for
const ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

interface Props {
  /** Null makes a new one. */
  schedule: Schedule | null;
  onClose: () => void;
}

export function ScheduleDialog({ schedule, onClose }: Props) {
  const create = useCreateSchedule();
  const change = useChangeSchedule();
  const [input, setInput] = useState<ScheduleInput>(schedule ?? { ...ALWAYS, path: '', description: '' });
  const set = (part: Partial<ScheduleInput>) => setInput((before) => ({ ...before, ...part }));
  const preview = usePreview(input);
  const error = create.error ?? change.error;
  const submit = () => {
    const whole = { ...input, exceptions: dated(input.exceptions) };
    const done = { onSuccess: onClose };
    if (schedule) change.mutate({ ...whole, id: schedule.id }, done);
    else create.mutate(whole, done);
  };
  return (
    <FormDialog
      title={schedule ? `Change ${schedule.path}` : 'New schedule'}
      size="xl"
      onClose={onClose}
      onSubmit={submit}
      busy={create.isPending || change.isPending}
      error={error ? messageOf(error) : null}
    >
      <TextInput
        label="Name"
        description="Folders by slashes: Sites/Nights"
        required
        value={input.path}
        onChange={(event) => set({ path: event.currentTarget.value })}
        data-autofocus
      />
      <LeftBehind schedule={schedule} path={input.path} />
      <TextInput
        label="Description"
        value={input.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <TimeZone value={input.time_zone} onChange={(time_zone) => set({ time_zone })} />
      <ScheduleDays days={input.days} error={preview.monthDays} onChange={(days) => set({ days })} />
      <HourGrid rows={input.hours} onChange={(hours) => set({ hours })} />
      <ScheduleExceptions exceptions={input.exceptions} onChange={(exceptions) => set({ exceptions })} />
      <SchedulePreview windows={preview.windows} error={preview.error} />
    </FormDialog>
  );
}

/** Rows of which the date is not written yet are no exceptions. */
const dated = (exceptions: Schedule['exceptions']) => exceptions.filter(({ date }) => date !== '');

/** The next windows of what stands in the form, and what is wrong with it: about the days of the month, or else. */
function usePreview({ time_zone, days, hours, exceptions }: ScheduleInput) {
  const details: ScheduleDetails = { time_zone, days, hours, exceptions: dated(exceptions) };
  const [settled] = useDebouncedValue(JSON.stringify(details), SETTLED_MS);
  const query = useQuery(previewOptions(JSON.parse(settled) as ScheduleDetails));
  const isOfMonthDays = query.error instanceof Problem && query.error.code === MONTH_DAYS;
  return {
    windows: isOfMonthDays ? undefined : query.data,
    monthDays: isOfMonthDays ? messageOf(query.error) : null,
    error: query.error && !isOfMonthDays ? messageOf(query.error) : null,
  };
}

/** Says who would be left behind by a new name, before it is given. */
function LeftBehind({ schedule, path }: { schedule: Schedule | null; path: string }) {
  const { data } = useQuery(scheduleRunbooksOptions(schedule?.id));
  const isRenamed = schedule && schedule.path.toLowerCase() !== path.trim().toLowerCase();
  if (!isRenamed || !data?.runbooks.length) return null;
  return (
    <Alert
      color="yellow"
      title="Runbooks do not follow a new name"
      bg="var(--status-warning-soft)"
      styles={{ title: { color: 'var(--status-warning)' }, message: { color: 'var(--text)' } }}
    >
      These name “{schedule.path}”, and fail to start until they name another schedule:{' '}
      {data.runbooks.join(', ')}.
    </Alert>
  );
}

function TimeZone({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Select
      label="Time zone"
      description="Whose clock counts"
      placeholder="The local clock of the runbook server"
      searchable
      clearable
      limit={50}
      data={ZONES.includes(value) || !value ? ZONES : [value, ...ZONES]}
      value={value || null}
      onChange={(zone) => onChange(zone ?? '')}
      nothingFoundMessage="There is no such time zone."
    />
  );
}
