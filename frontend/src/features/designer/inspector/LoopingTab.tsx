import { Switch } from '@mantine/core';
import type { ActivityDefinition, Looping } from '@/api/types';
import { changeLooping, setLooping } from '../model/behaviour';
import { DEFAULT_INCLUDE } from '../model/document';
import { useEditor, useReadOnly } from '../state/context';
import { ConditionList } from './ConditionList';
import { NumberBox } from './controls';
import classes from './PropertiesPanel.module.css';

const DEFAULT_CAP = 1000; // As the server's: a loop without an end is a mistake more often than a wish.

interface Props {
  id: string;
  activity: ActivityDefinition;
}

/** Repeats the activity until a condition on what it published holds. */
export function LoopingTab({ id, activity }: Props) {
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const looping = activity.looping;
  const put = (change: Partial<Looping>) =>
    edit(`looping:${id}.${Object.keys(change).join()}`, (document) => changeLooping(document, id, change));
  return (
    <div className={classes.stack}>
      <Switch
        label="Repeat this activity"
        description="The same inputs each time, until an exit condition holds."
        checked={looping !== undefined}
        disabled={readOnly}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          edit('', (document) => setLooping(document, id, on));
        }}
      />
      {looping ? (
        <>
          <NumberBox
            label="Delay between attempts, seconds"
            fallback={0}
            value={looping.delay_seconds}
            onChange={(delay_seconds) => put({ delay_seconds })}
          />
          <div className={classes.pair}>
            <NumberBox
              label="At most, attempts"
              description="0: no limit"
              fallback={DEFAULT_CAP}
              value={looping.max_attempts}
              onChange={(max_attempts) => put({ max_attempts })}
            />
            <NumberBox
              label="At most, seconds"
              description="0: no limit"
              fallback={0}
              value={looping.max_seconds}
              onChange={(max_seconds) => put({ max_seconds })}
            />
          </div>
          <div className={classes.section}>Exit when any holds</div>
          <ConditionList
            label="Exit"
            source={id}
            conditions={looping.exit ?? DEFAULT_INCLUDE}
            onChange={(exit) => put({ exit })}
            empty="Nothing: it ends only at its limit."
          />
          <div className={classes.section}>Do not exit when any holds</div>
          <ConditionList
            label="Do not exit"
            source={id}
            conditions={looping.do_not_exit ?? []}
            onChange={(conditions) => put({ do_not_exit: conditions.length ? conditions : undefined })}
            empty="Nothing keeps it in the loop."
          />
        </>
      ) : null}
    </div>
  );
}
