import { Text } from '@mantine/core';
import type { ScheduleWindow } from './schedule-api';
import classes from './HourGrid.module.css';
import { windowInWords } from './schedule-words';

interface Props {
  windows: ScheduleWindow[] | undefined;
  /** What is wrong with the schedule as it stands. */
  error: string | null;
}

/** When the schedule permits starts next, as it stands in the form. */
export function SchedulePreview({ windows, error }: Props) {
  return (
    <section aria-label="Next permitted times" aria-live="polite">
      <Text size="sm" fw={500} component="h3" m={0}>
        Next permitted times
      </Text>
      {error ? (
        <Text size="sm" c="var(--status-failed)">
          {error}
        </Text>
      ) : null}
      {!error && windows?.length === 0 ? (
        <Text size="sm" c="var(--status-warning)">
          There are none: it permits no start.
        </Text>
      ) : null}
      {!error && windows?.length ? (
        <ol className={classes.preview}>
          {windows.map((each) => (
            <li key={each.start}>{windowInWords(each)}</li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
