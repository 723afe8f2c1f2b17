import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { ActivityType, Draft, Finding, Runbook, RunbookDocument } from '@/api/types';
import { ActivitiesPane } from '../palette/ActivitiesPane';
import { PropertiesPanel } from '../inspector/PropertiesPanel';
import { EditingContext, type Names } from '../state/context';
import { FindingsContext } from '../state/findings';
import { DraftSaver } from '../state/saver';
import { createEditor } from '../state/store';
import { Conflict, HeldByOther } from './banners';
import { DesignCanvas } from './DesignCanvas';
import { Header } from './Header';
import { ProblemsList } from './ProblemsList';
import { RemovalDialog } from './RemovalDialog';
import { RunBar } from './RunBar';
import type { DesignerSlots } from './slots';
import { useAdd } from './use-add';
import { useCheck } from './use-check';
import { useKeys } from './use-keys';
import { useWatchedRun } from './use-watched-run';
import classes from './Workbench.module.css';

interface Props extends DesignerSlots {
  runbook: Runbook;
  draft: Draft | null;
  start: RunbookDocument;
  types: ReadonlyMap<string, ActivityType>;
  names: Names;
}

/** The designer's panes around one editor. */
export function Workbench({ runbook, draft, start, types, names, ...slots }: Props) {
  const [editor] = useState(() => createEditor(start));
  const [saver] = useState(() => (draft ? new DraftSaver(runbook.id, editor, draft) : null));
  useEffect(() => {
    saver?.open();
    return () => saver?.close();
  }, [saver]);
  const editing = useMemo(() => ({ editor, saver, types, names }), [editor, saver, types, names]);
  return (
    <EditingContext value={editing}>
      {saver ? (
        <Drafting saver={saver} runbook={runbook} {...slots} />
      ) : (
        <FindingsContext value={NO_FINDINGS}>
          <Panes runbook={runbook} saver={null} {...slots} />
        </FindingsContext>
      )}
    </EditingContext>
  );
}

const NO_FINDINGS: readonly Finding[] = [];

interface DraftingProps extends DesignerSlots {
  runbook: Runbook;
  saver: DraftSaver;
}

function Drafting(props: DraftingProps) {
  useCheck(props.saver);
  const findings = useStore(props.saver.state, (saving) => saving.findings);
  return (
    <FindingsContext value={findings}>
      <Panes {...props} />
    </FindingsContext>
  );
}

interface PanesProps extends DesignerSlots {
  runbook: Runbook;
  saver: DraftSaver | null;
}

function Panes({ runbook, saver, jobId, onWatch, renderStart, renderRun }: PanesProps) {
  const filter = useRef<HTMLInputElement>(null);
  const run = useWatchedRun(jobId);
  const { types, add } = useAdd();
  useKeys(filter);
  const instanceId = run.instance?.id;
  return (
    <div className={classes.bench} data-editable={saver !== null || undefined}>
      <Header runbook={runbook} job={run.job} onWatch={onWatch} renderStart={renderStart} />
      {saver ? <Conflict saver={saver} /> : <HeldByOther runbook={runbook} />}
      {saver ? <ActivitiesPane types={types} onAdd={add} filterRef={filter} /> : null}
      <div className={classes.centre}>
        {jobId ? <RunBar run={run} onClose={() => onWatch(undefined)} /> : null}
        <DesignCanvas states={run.states} />
        {saver ? <ProblemsList /> : null}
      </div>
      <RemovalDialog />
      <PropertiesPanel renderRun={instanceId ? (activityId) => renderRun(instanceId, activityId) : null} />
    </div>
  );
}
