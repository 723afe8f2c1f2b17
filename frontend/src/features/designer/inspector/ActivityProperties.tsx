import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { nameOf } from '../model/document';
import { isGroup } from '../model/groups';
import { shownFields, tabsOf } from '../model/inputs';
import { generalFindings } from '../model/problems';
import { useEditing, useEditor } from '../state/context';
import { useFindings } from '../state/findings';
import { TypeIcon } from '../canvas/TypeIcon';
import { BehaviourTab } from './BehaviourTab';
import { Findings } from './Findings';
import { GeneralTab } from './GeneralTab';
import { InputsTab } from './InputsTab';
import { LoopingTab } from './LoopingTab';
import classes from './PropertiesPanel.module.css';

/** Some types ask for something on the tab that every activity has. */
const GENERAL = 'General';

interface Props {
  id: string;
  renderRun: ((activityId: string) => ReactNode) | null;
}

/** The tabs of one activity: what its type asks for, then what every activity has. */
export function ActivityProperties({ id, renderRun }: Props) {
  const { types } = useEditing();
  const activity = useEditor(({ document }) => document.activities?.[id]);
  const all = useFindings();
  if (!activity) return null;
  const type = types.get(activity.type);
  const shown = type ? shownFields(type, activity.inputs ?? {}).map((field) => field.name) : [];
  const findings = generalFindings(all, id, shown);
  const tabs = type ? tabsOf(type, activity.inputs ?? {}).filter((tab) => tab !== GENERAL) : [];
  // A group repeats already; what it has of that all the same must be seen to be removed.
  const canLoop = !isGroup(activity) || activity.looping !== undefined;
  const first = renderRun ? 'run' : (tabs[0] ?? 'general');
  return (
    <>
      <div className={classes.head}>
        <TypeIcon type={type} />
        <div style={{ minWidth: 0 }}>
          <h2 className={classes.title}>{nameOf(activity, types)}</h2>
          <div className={classes.kind}>{type ? `${type.name} · ${type.category}` : activity.type}</div>
        </div>
      </div>
      {type?.summary ? <p className={classes.summary}>{type.summary}</p> : null}
      <Findings findings={findings} />
      <Tabs key={String(renderRun !== null)} defaultValue={first} keepMounted={false}>
        <Tabs.List>
          {renderRun ? <Tabs.Tab value="run">Run</Tabs.Tab> : null}
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {tab}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="general">General</Tabs.Tab>
          <Tabs.Tab value="behaviour">Behaviour</Tabs.Tab>
          {canLoop ? <Tabs.Tab value="looping">Looping</Tabs.Tab> : null}
        </Tabs.List>
        {renderRun ? <Tabs.Panel value="run">{renderRun(id)}</Tabs.Panel> : null}
        {tabs.map((tab) => (
          <Tabs.Panel key={tab} value={tab}>
            {type ? <InputsTab id={id} activity={activity} type={type} tab={tab} /> : null}
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="general">
          <GeneralTab id={id} activity={activity} />
          {type ? <InputsTab id={id} activity={activity} type={type} tab={GENERAL} /> : null}
        </Tabs.Panel>
        <Tabs.Panel value="behaviour">
          <BehaviourTab id={id} activity={activity} type={type} />
        </Tabs.Panel>
        {canLoop ? (
          <Tabs.Panel value="looping">
            <LoopingTab id={id} activity={activity} />
          </Tabs.Panel>
        ) : null}
      </Tabs>
    </>
  );
}
