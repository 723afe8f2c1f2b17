import { Select, Switch, TextInput } from '@mantine/core';
import type { ActivityDefinition, ActivityType, Behaviour, Retry } from '@/api/types';
import { changeBehaviour } from '../model/behaviour';
import { FOR_EACH, isGroup } from '../model/groups';
import { useEditor, useReadOnly } from '../state/context';
import { ConditionList } from './ConditionList';
import { NumberBox } from './controls';
import classes from './PropertiesPanel.module.css';

interface Props {
  id: string;
  activity: ActivityDefinition;
  type: ActivityType | undefined;
}

const FORMATS = [
  { value: '', label: 'Off: one record each' },
  { value: 'separator', label: 'Joined by a separator' },
  { value: 'lines', label: 'One per line' },
  { value: 'csv', label: 'CSV' },
  { value: 'json', label: 'JSON list' },
];
const EFFECTS = [
  { value: 'pure', label: 'Pure: computes only' },
  { value: 'read', label: 'Reads: changes nothing' },
  { value: 'idempotent', label: 'Idempotent: safe to repeat' },
  { value: 'verifiable', label: 'Verifiable: can look whether it happened' },
  { value: 'once', label: 'Once: must not be repeated unknowingly' },
];
const ANSWERS = [
  { value: 'ask', label: 'Ask an operator' },
  { value: 'repeat', label: 'Run it again' },
  { value: 'succeed', label: 'Take it as done' },
  { value: 'fail', label: 'Take it as failed' },
];

/** How it runs: many records into one, time limits, retries, and what a crash means. */
export function BehaviourTab({ id, activity, type }: Props) {
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const behaviour = activity.behaviour ?? {};
  const put = (change: Partial<Behaviour>) =>
    edit(`behaviour:${id}.${Object.keys(change).join()}`, (document) =>
      changeBehaviour(document, id, change),
    );
  const flatten = behaviour.flatten;
  const isRepeated = isGroup(activity);
  return (
    <div className={classes.stack}>
      {isRepeated && !flatten ? null : (
        <Select
          label="Flatten"
          description="Makes one record of the many that one execution publishes."
          data={FORMATS}
          value={flatten ? (flatten.format ?? 'separator') : ''}
          disabled={readOnly}
          allowDeselect={false}
          onChange={(format) =>
            put({ flatten: format ? { ...flatten, format: format as 'csv' } : undefined })
          }
        />
      )}
      {flatten && (flatten.format ?? 'separator') === 'separator' ? (
        <TextInput
          label="Separator"
          value={flatten.separator ?? ','}
          readOnly={readOnly}
          onChange={(event) => put({ flatten: { ...flatten, separator: event.currentTarget.value } })}
        />
      ) : null}
      <div className={classes.pair}>
        <NumberBox
          label="Time limit, seconds"
          description="0: none"
          fallback={0}
          value={behaviour.timeout_seconds}
          onChange={(timeout_seconds) => put({ timeout_seconds })}
        />
        <NumberBox
          label="Report after, seconds"
          description="0: never"
          fallback={0}
          value={behaviour.report_after_seconds}
          onChange={(report_after_seconds) => put({ report_after_seconds })}
        />
      </div>
      <Switch
        label="Report if it fails"
        description="Writes an event for the operators."
        checked={behaviour.report_failure ?? false}
        disabled={readOnly}
        onChange={(event) => put({ report_failure: event.currentTarget.checked || undefined })}
      />
      <Retrying id={id} retry={behaviour.retry ?? {}} onChange={(retry) => put({ retry })} />
      <div className={classes.section}>When a crash hides the outcome</div>
      <Select
        label="Effect"
        description={`What repeating it would do. By its type: ${type?.effect.default ?? 'once'}.`}
        placeholder="As its type says"
        data={EFFECTS}
        value={behaviour.effect ?? null}
        clearable
        disabled={readOnly}
        onChange={(effect) => put({ effect: (effect as Behaviour['effect']) ?? undefined })}
      />
      <Select
        label="If in doubt"
        data={ANSWERS}
        value={behaviour.in_doubt ?? 'ask'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(answer) =>
          put({ in_doubt: answer === 'ask' || answer === null ? undefined : (answer as 'fail') })
        }
      />
      <NumberBox
        label={activity.type === FOR_EACH ? 'Items at once' : 'Records at once'}
        description="How many run at the same time; 1 runs them one after another."
        fallback={1}
        min={1}
        value={behaviour.parallel}
        onChange={(parallel) => put({ parallel })}
      />
    </div>
  );
}

interface RetryingProps {
  id: string;
  retry: Retry;
  onChange: (retry: Retry | undefined) => void;
}

/** How often it is tried again, how long it waits, and after which failures. */
function Retrying({ id, retry, onChange }: RetryingProps) {
  return (
    <>
      <div className={classes.section}>Try again when it fails</div>
      <NumberBox
        label="Attempts in all"
        fallback={1}
        min={1}
        value={retry.attempts}
        onChange={(attempts) => onChange(attempts ? { ...retry, attempts } : undefined)}
      />
      {(retry.attempts ?? 1) > 1 ? (
        <div className={classes.pair}>
          <NumberBox
            label="Wait, seconds"
            fallback={0}
            value={retry.delay_seconds}
            onChange={(delay_seconds) => onChange({ ...retry, delay_seconds })}
          />
          <NumberBox
            label="Times each"
            fallback={1}
            min={1}
            step={0.5}
            value={retry.backoff}
            onChange={(backoff) => onChange({ ...retry, backoff })}
          />
        </div>
      ) : null}
      {(retry.attempts ?? 1) > 1 ? (
        <div>
          <div className={classes.kind}>Only when any of these holds</div>
          <ConditionList
            label="Retry"
            source={id}
            conditions={retry.when ?? []}
            onChange={(when) => onChange({ ...retry, when: when.length ? when : undefined })}
            empty="No condition: every failure is tried again."
          />
        </div>
      ) : null}
    </>
  );
}
