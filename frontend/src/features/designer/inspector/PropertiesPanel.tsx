import { ScrollArea } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEditor } from '../state/context';
import { ActivityProperties } from './ActivityProperties';
import { LinkProperties } from './LinkProperties';
import { ManyProperties } from './ManyProperties';
import classes from './PropertiesPanel.module.css';
import { RunbookProperties } from './RunbookProperties';

interface Props {
  /** What the selected activity did in the run being watched; null when none is watched. */
  renderRun: ((activityId: string) => ReactNode) | null;
}

/** The properties of what is selected: an activity, a link, several things, or else the runbook itself. */
export function PropertiesPanel({ renderRun }: Props) {
  const selection = useEditor((state) => state.selection);
  const [activity] = selection.activities;
  const [link] = selection.links;
  const count = selection.activities.length + selection.links.length;
  return (
    <section aria-label="Properties" className={classes.panel}>
      <ScrollArea className={classes.scroll} type="auto" scrollbarSize={8}>
        <div className={classes.body}>
          {count > 1 ? <ManyProperties /> : null}
          {count === 1 && activity !== undefined ? (
            <ActivityProperties key={activity} id={activity} renderRun={renderRun} />
          ) : null}
          {count === 1 && link !== undefined ? <LinkProperties key={link} index={link} /> : null}
          {count === 0 ? <RunbookProperties /> : null}
        </div>
      </ScrollArea>
    </section>
  );
}
