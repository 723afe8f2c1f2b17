import { ActionIcon, Button, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReturnedItem, RunbookSettings } from '@/api/types';
import { linksOf, nameOf } from '../model/document';
import { changeRunbook, changeSettings } from '../model/edits';
import { useEditing, useEditor, useReadOnly } from '../state/context';
import { useFindings } from '../state/findings';
import { NumberBox } from './controls';
import classes from './PropertiesPanel.module.css';
import fieldClasses from './fields/fields.module.css';
import { Findings } from './Findings';
import { ScheduleField } from './ScheduleField';

const ON_ERROR = 'settings.on_error';
const RECOVERIES = [
  { value: 'resume', label: 'Go on where it was' },
  { value: 'restart', label: 'Start from the beginning' },
  { value: 'fail', label: 'End as failed' },
  { value: 'hold', label: 'Hold for an operator' },
];

/** The runbook itself: shown while nothing is selected. */
export function RunbookProperties() {
  const document = useEditor((state) => state.document);
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const findings = useFindings().filter(
    ({ place }) => place.activity === null && place.link === null && place.property !== ON_ERROR,
  );
  const settings = document.settings ?? {};
  const put = (change: Partial<RunbookSettings>) =>
    edit(`settings.${Object.keys(change).join()}`, (old) => changeSettings(old, change));
  return (
    <>
      <h2 className={classes.title}>Runbook</h2>
      <div className={classes.stack}>
        <Findings findings={findings} />
        <TextInput
          label="Name"
          value={document.name}
          readOnly={readOnly}
          onChange={(event) => {
            const name = event.currentTarget.value;
            edit('runbook.name', (old) => changeRunbook(old, { name }));
          }}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={8}
          value={document.description ?? ''}
          readOnly={readOnly}
          onChange={(event) => {
            const description = event.currentTarget.value || undefined;
            edit('runbook.description', (old) => changeRunbook(old, { description }));
          }}
        />
        <div className={classes.section}>Jobs</div>
        <NumberBox
          label="Maximum number of simultaneous jobs"
          description="Keep 1 where steps share files, folders or counters, or the target cannot take parallel calls."
          fallback={1}
          min={1}
          value={settings.max_simultaneous_jobs}
          onChange={(max_simultaneous_jobs) => put({ max_simultaneous_jobs })}
        />
        <div className={classes.pair}>
          <NumberBox
            label="Time limit, seconds"
            description="0: none"
            fallback={0}
            value={settings.timeout_seconds}
            onChange={(timeout_seconds) => put({ timeout_seconds })}
          />
          <NumberBox
            label="Report after, seconds"
            description="0: never"
            fallback={0}
            value={settings.report_after_seconds}
            onChange={(report_after_seconds) => put({ report_after_seconds })}
          />
        </div>
        <Switch
          label="Report if it fails"
          checked={settings.report_failure ?? false}
          disabled={readOnly}
          onChange={(event) => put({ report_failure: event.currentTarget.checked || undefined })}
        />
        <Select
          label="When its runbook server dies"
          data={RECOVERIES}
          value={settings.recovery ?? 'resume'}
          allowDeselect={false}
          disabled={readOnly}
          onChange={(value) =>
            put({ recovery: value === 'resume' || value === null ? undefined : (value as 'fail') })
          }
        />
        <TagsInput
          label="Runbook servers"
          size="xs"
          placeholder="Any server"
          value={settings.servers ?? []}
          disabled={readOnly}
          onChange={(servers) => put({ servers: servers.length ? servers : undefined })}
        />
        <ScheduleField path={settings.schedule} onChange={(schedule) => put({ schedule })} />
        <Switch
          label="Start when checked in"
          description="For a runbook that begins with a monitor."
          checked={settings.start_monitor_on_check_in ?? false}
          disabled={readOnly}
          onChange={(event) => put({ start_monitor_on_check_in: event.currentTarget.checked || undefined })}
        />
        <Switch
          label="Fresh variables"
          description="Activities read variables when they start, not all at the start of the run."
          checked={settings.fresh_variables ?? false}
          disabled={readOnly}
          onChange={(event) => put({ fresh_variables: event.currentTarget.checked || undefined })}
        />
        <ErrorPath />
        <Returned items={document.returned_data ?? []} />
      </div>
    </>
  );
}

/** What runs once, at the end, when a failure was taken by no link. */
function ErrorPath() {
  const { types } = useEditing();
  const document = useEditor((state) => state.document);
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const findings = useFindings().filter(({ place }) => place.property === ON_ERROR);
  const entry = document.settings?.on_error ?? '';
  const targets = new Set(linksOf(document).map(({ to }) => to));
  const data = Object.entries(document.activities ?? {})
    .filter(([id, { group }]) => id === entry || (!group && !targets.has(id)))
    .map(([value, activity]) => ({ value, label: nameOf(activity, types) }));
  const isMissing = entry !== '' && !document.activities?.[entry];
  return (
    <Select
      label="Error path begins with"
      description="An activity without incoming links. It runs once, at the end, when a failure was taken by no link."
      data={[
        { value: '', label: 'There is none' },
        ...data,
        ...(isMissing ? [{ value: entry, label: `${entry} (missing)` }] : []),
      ]}
      value={entry}
      allowDeselect={false}
      disabled={readOnly}
      error={findings.map(({ message, fix }) => `${message} ${fix}`).join(' ')}
      onChange={(id) =>
        edit('', (old) => changeSettings(old, { on_error: id === '' || id === null ? undefined : id }))
      }
    />
  );
}

const TYPES = ['text', 'number', 'boolean', 'date-time'];

/** What the runbook gives back to whoever started it; the activity Return Data fills it. */
function Returned({ items }: { items: ReturnedItem[] }) {
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const put = (key: string, next: ReturnedItem[]) =>
    edit(key, (old) => changeRunbook(old, { returned_data: next.length ? next : undefined }));
  const change = (index: number, to: Partial<ReturnedItem>) =>
    put(
      `returned.${index}`,
      items.map((item, at) => (at === index ? { ...item, ...to } : item)),
    );
  return (
    <div role="group" aria-label="Returned data">
      <div className={classes.section}>Returned data</div>
      <p className={classes.summary}>What a run gives back; the activity Return Data fills it.</p>
      {items.map((item, index) => (
        <div key={index} className={fieldClasses.card}>
          <TextInput
            label="Name"
            value={item.name}
            readOnly={readOnly}
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <Select
            label="Type"
            data={TYPES}
            value={item.type ?? 'text'}
            allowDeselect={false}
            disabled={readOnly}
            onChange={(type) => change(index, { type: type as 'text' })}
          />
          <div data-wide>
            <TextInput
              label="Description"
              value={item.description ?? ''}
              readOnly={readOnly}
              onChange={(event) => change(index, { description: event.currentTarget.value || undefined })}
            />
          </div>
          {readOnly ? null : (
            <ActionIcon
              size="sm"
              className={fieldClasses.remove}
              aria-label={`Remove ${item.name}`}
              onClick={() =>
                put(
                  '',
                  items.filter((_, at) => at !== index),
                )
              }
            >
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </div>
      ))}
      {readOnly ? null : (
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconPlus size={12} />}
          onClick={() => put('', [...items, { name: `item ${items.length + 1}` }])}
        >
          Add item
        </Button>
      )}
    </div>
  );
}
