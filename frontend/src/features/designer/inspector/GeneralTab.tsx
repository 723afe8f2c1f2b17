import { ActionIcon, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { ActivityDefinition } from '@/api/types';
import { linksOf, nameOf } from '../model/document';
import { addLink, changeActivity, mayLink, removeSelection } from '../model/edits';
import { isGroup, mayJoin } from '../model/groups';
import { joinGroup } from '../model/places';
import { findingsOf } from '../model/problems';
import { useEditing, useEditor, useReadOnly } from '../state/context';
import { useFindings } from '../state/findings';
import classes from './PropertiesPanel.module.css';

interface Props {
  id: string;
  activity: ActivityDefinition;
}

/** Name, description, enabled; and the links, so that the keyboard can draw them too. */
export function GeneralTab({ id, activity }: Props) {
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const { types } = useEditing();
  const change = (name: string, to: Partial<ActivityDefinition>) =>
    edit(`${name}:${id}`, (document) => changeActivity(document, id, to));
  return (
    <div className={classes.stack}>
      <TextInput
        label="Name"
        value={activity.name ?? ''}
        placeholder={types.get(activity.type)?.name ?? activity.type}
        readOnly={readOnly}
        onChange={(event) => change('name', { name: event.currentTarget.value || undefined })}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxRows={8}
        value={activity.description ?? ''}
        readOnly={readOnly}
        onChange={(event) => change('description', { description: event.currentTarget.value || undefined })}
      />
      <Switch
        label="Enabled"
        description="A disabled activity does not run, and nothing after it."
        checked={activity.enabled !== false}
        disabled={readOnly}
        onChange={(event) => change('enabled', { enabled: event.currentTarget.checked ? undefined : false })}
      />
      <GroupChoice id={id} activity={activity} />
      <Neighbours id={id} />
      <div className={classes.kind}>
        Id in expressions: <code>{id}</code>
      </div>
    </div>
  );
}

/** Which For Each or While it belongs to: what dragging it into a frame does. */
function GroupChoice({ id, activity }: Props) {
  const { types } = useEditing();
  const readOnly = useReadOnly();
  const document = useEditor((state) => state.document);
  const edit = useEditor((state) => state.edit);
  const findings = findingsOf(useFindings(), id, 'group');
  const group = activity.group ?? '';
  const groups = Object.entries(document.activities ?? {})
    .filter(([other, each]) => isGroup(each) && mayJoin(document, id, other))
    .map(([value, each]) => ({ value, label: nameOf(each, types) }));
  const isKnown = groups.some(({ value }) => value === group);
  if (groups.length === 0 && !group) return null;
  return (
    <Select
      label="Group"
      description="It runs in each round of its group."
      data={[
        { value: '', label: 'In none' },
        ...groups,
        ...(isKnown || !group ? [] : [{ value: group, label: `${group} (missing)` }]),
      ]}
      value={group}
      allowDeselect={false}
      disabled={readOnly}
      error={findings[0]?.message}
      onChange={(next) =>
        edit('', (old) =>
          next || isKnown ? joinGroup(old, id, next ?? '') : changeActivity(old, id, { group: undefined }),
        )
      }
    />
  );
}

function Neighbours({ id }: { id: string }) {
  const { types } = useEditing();
  const readOnly = useReadOnly();
  const document = useEditor((state) => state.document);
  const edit = useEditor((state) => state.edit);
  const select = useEditor((state) => state.select);
  const links = linksOf(document).flatMap((link, index) => (link.from === id ? [{ link, index }] : []));
  const targets = Object.entries(document.activities ?? {})
    .filter(([other]) => mayLink(document, id, other))
    .map(([value, other]) => ({ value, label: nameOf(other, types) }));
  return (
    <div>
      <div className={classes.section}>Links from here</div>
      <ul className={classes.links}>
        {links.map(({ link, index }) => {
          const target = document.activities?.[link.to];
          const name = target ? nameOf(target, types) : link.to;
          return (
            <li key={index} style={{ display: 'flex' }}>
              <button
                type="button"
                className={classes.jump}
                onClick={() => select({ activities: [], links: [index] })}
              >
                to {name}
              </button>
              {readOnly ? null : (
                <ActionIcon
                  size="sm"
                  aria-label={`Remove the link to ${name}`}
                  onClick={() => edit('', (old) => removeSelection(old, { activities: [], links: [index] }))}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              )}
            </li>
          );
        })}
      </ul>
      {readOnly || targets.length === 0 ? null : (
        <Select
          aria-label="Link to another activity"
          placeholder="Link to…"
          searchable
          data={targets}
          value={null}
          onChange={(target) => {
            if (target) edit('', (old) => addLink(old, id, target));
          }}
        />
      )}
    </div>
  );
}
