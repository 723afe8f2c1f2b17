import { Button, NumberInput, Switch, Tabs, TextInput } from '@mantine/core';
import { IconArrowRight, IconTrash } from '@tabler/icons-react';
import type { LinkDefinition } from '@/api/types';
import { includeOf, nameOf } from '../model/document';
import { changeLink, removeSelection } from '../model/edits';
import { NOTHING } from '../model/document';
import { useEditing, useEditor, useReadOnly } from '../state/context';
import { useFindings } from '../state/findings';
import { ConditionList } from './ConditionList';
import { NumberBox } from './controls';
import { Findings } from './Findings';
import classes from './PropertiesPanel.module.css';

const COLOURS = ['#2f9e44', '#c92a2a', '#e67700', '#1971c2', '#6741d9', '#495057'];

/** A link: when it passes, how long it waits, what it looks like. */
export function LinkProperties({ index }: { index: number }) {
  const { types } = useEditing();
  const document = useEditor((state) => state.document);
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const findings = useFindings().filter(({ place }) => place.activity === null && place.link === index);
  const link = document.links?.[index];
  if (!link) return null;
  const put = (change: Partial<LinkDefinition>) =>
    edit(`link:${index}.${Object.keys(change).join()}`, (old) => changeLink(old, index, change));
  const name = (id: string) => {
    const activity = document.activities?.[id];
    return activity ? nameOf(activity, types) : id;
  };
  return (
    <>
      <div className={classes.head}>
        <h2 className={classes.title}>
          {name(link.from)} <IconArrowRight size={14} aria-label="to" /> {name(link.to)}
        </h2>
      </div>
      <Findings findings={findings} />
      <Tabs defaultValue="include" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="include">Include</Tabs.Tab>
          <Tabs.Tab value="exclude">Exclude</Tabs.Tab>
          <Tabs.Tab value="options">Options</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="include" className={classes.stack}>
          <p className={classes.summary}>A record passes when any of these holds.</p>
          <ConditionList
            label="Include"
            source={link.from}
            conditions={includeOf(link)}
            onChange={(include) => put({ include })}
            empty="No condition: every record passes, whatever the status."
          />
        </Tabs.Panel>
        <Tabs.Panel value="exclude" className={classes.stack}>
          <p className={classes.summary}>
            A record is held back when any of these holds, whatever Include says.
          </p>
          <ConditionList
            label="Exclude"
            source={link.from}
            conditions={link.exclude ?? []}
            onChange={(exclude) => put({ exclude })}
            empty="Nothing is held back."
          />
        </Tabs.Panel>
        <Tabs.Panel value="options" className={classes.stack}>
          <TextInput
            label="Label"
            placeholder="What the filter says"
            value={link.name ?? ''}
            readOnly={readOnly}
            onChange={(event) => put({ name: event.currentTarget.value || undefined })}
          />
          <NumberBox
            label="Delay, seconds"
            fallback={0}
            value={link.delay_seconds}
            onChange={(delay_seconds) => put({ delay_seconds })}
          />
          <Switch
            label="Enabled"
            description="A disabled link keeps its settings and passes nothing."
            checked={link.enabled !== false}
            disabled={readOnly}
            onChange={(event) => put({ enabled: event.currentTarget.checked ? undefined : false })}
          />
          <Look link={link} onChange={put} />
        </Tabs.Panel>
      </Tabs>
      {readOnly ? null : (
        <Button
          mt="lg"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={14} />}
          onClick={() => edit('', (old) => removeSelection(old, { activities: [], links: [index] }), NOTHING)}
        >
          Delete link
        </Button>
      )}
    </>
  );
}

interface LookProps {
  link: LinkDefinition;
  onChange: (change: Partial<LinkDefinition>) => void;
}

function Look({ link, onChange }: LookProps) {
  const readOnly = useReadOnly();
  return (
    <div className={classes.pair}>
      <div>
        <div className={classes.kind}>Colour</div>
        <div className={classes.colours} role="group" aria-label="Colour">
          {COLOURS.map((color) => (
            <button
              key={color}
              type="button"
              className={classes.colour}
              style={{ background: color }}
              aria-label={color}
              aria-pressed={link.color === color}
              disabled={readOnly}
              onClick={() => onChange({ color: link.color === color ? undefined : color })}
            />
          ))}
        </div>
      </div>
      <NumberInput
        label="Width, pixels"
        min={1}
        max={8}
        value={link.width ?? 2}
        readOnly={readOnly}
        onChange={(width) => {
          if (typeof width === 'number') onChange({ width: width === 2 ? undefined : width });
        }}
      />
    </div>
  );
}
