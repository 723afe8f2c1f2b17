import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconChevronDown, IconHourglassLow, IconPlayerStopFilled } from '@tabler/icons-react';
import { useStopJob } from '@/api/jobs';
import type { Job } from '@/api/types';

/** Stops now, or by its menu after the current activities; a second order may ask for more, never for less. */
export function StopButton({ job }: { job: Job }) {
  const now = useStopJob();
  const later = useStopJob('after-activity');
  const isStopping = job.stop?.level === 'now';
  return (
    <Group gap={1} wrap="nowrap">
      <Button
        color="red"
        variant="light"
        leftSection={<IconPlayerStopFilled size={14} />}
        loading={now.isPending || later.isPending}
        disabled={isStopping}
        onClick={() => now.mutate(job.id)}
      >
        Stop now
      </Button>
      {job.stop ? null : (
        <Menu>
          <Menu.Target>
            <ActionIcon color="red" variant="light" size={30} aria-label="Other ways to stop">
              <IconChevronDown size={14} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconHourglassLow size={16} />} onClick={() => later.mutate(job.id)}>
              Stop after the current activities
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
