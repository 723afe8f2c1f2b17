import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { schedulesOptions } from '@/api/resources';
import { useReadOnly } from '../state/context';

interface Props {
  path: string | undefined;
  onChange: (path: string | undefined) => void;
}

/** The schedule that says when the runbook may start; one that does not exist yet may be named as well. */
export function ScheduleField({ path, onChange }: Props) {
  const schedules = useQuery(schedulesOptions);
  const readOnly = useReadOnly();
  return (
    <Autocomplete
      label="Schedule"
      description="When it may start. Empty: at any time."
      placeholder="Folder/Name"
      data={schedules.data?.map((each) => each.path) ?? []}
      value={path ?? ''}
      readOnly={readOnly}
      onChange={(value) => onChange(value || undefined)}
    />
  );
}
