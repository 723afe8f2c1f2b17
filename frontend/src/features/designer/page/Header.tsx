import { ActionIcon, Button, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconChevronRight,
  IconHistory,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { isOpen, useStopJob } from '@/api/jobs';
import { useStopRunbook } from '@/api/runbooks';
import type { Job, Runbook } from '@/api/types';
import { useEditing } from '../state/context';
import { redo, undo } from '../state/store';
import { CheckButtons } from './CheckButtons';
import classes from './Header.module.css';
import { SaveState } from './SaveState';
import type { StartRequest } from './slots';
import { VersionsDialog } from './VersionsDialog';

interface Props {
  runbook: Runbook;
  /** The job watched on the canvas. */
  job: Job | undefined;
  onWatch: (jobId: string | undefined) => void;
  renderStart: (request: StartRequest) => ReactNode;
}

/** Where the runbook is, how its draft stands, and what can be done with it. */
export function Header({ runbook, job, onWatch, renderStart }: Props) {
  const { saver } = useEditing();
  const [showsVersions, setShowsVersions] = useState(false);
  const folder = runbook.path.split('/').slice(0, -1).filter(Boolean).join(' / ');
  return (
    <header className={classes.header}>
      <div className={classes.place}>
        <Link to="/runbooks" search={{ folder: runbook.folder_id }} className={classes.folder}>
          {folder || 'Runbooks'}
        </Link>
        <IconChevronRight size={14} aria-hidden />
        <h1 className={classes.name}>{runbook.name}</h1>
        <Tooltip label="Versions">
          <button type="button" className={classes.version} onClick={() => setShowsVersions(true)}>
            <IconHistory size={13} aria-hidden />
            {runbook.version === null ? 'never checked in' : `version ${runbook.version}`}
          </button>
        </Tooltip>
        {saver ? <SaveState saver={saver} /> : null}
      </div>
      <div className={classes.actions}>
        {saver ? <History /> : null}
        <CheckButtons runbook={runbook} />
        <span className={classes.rule} />
        <RunButtons {...{ runbook, job, onWatch, renderStart }} />
      </div>
      {showsVersions ? <VersionsDialog runbook={runbook} onClose={() => setShowsVersions(false)} /> : null}
    </header>
  );
}

function History() {
  const { editor } = useEditing();
  const canUndo = useStore(editor.temporal, (state) => state.pastStates.length > 0);
  const canRedo = useStore(editor.temporal, (state) => state.futureStates.length > 0);
  return (
    <>
      <Tooltip label="Undo (Ctrl+Z)">
        <ActionIcon aria-label="Undo" disabled={!canUndo} onClick={() => undo(editor)}>
          <IconArrowBackUp size={18} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo (Ctrl+Y)">
        <ActionIcon aria-label="Redo" disabled={!canRedo} onClick={() => redo(editor)}>
          <IconArrowForwardUp size={18} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function RunButtons({ runbook, job, onWatch, renderStart }: Props) {
  const [starting, setStarting] = useState(false);
  const stopJob = useStopJob();
  const stopAll = useStopRunbook(runbook.id);
  const isRunning = job ? isOpen(job.status) : runbook.active_jobs > 0;
  const canRun = runbook.version !== null;
  const stop = () => (job ? stopJob.mutate(job.id) : stopAll.mutate(undefined));
  return (
    <>
      <Button
        leftSection={<IconPlayerPlayFilled size={14} />}
        disabled={!canRun}
        onClick={() => setStarting(true)}
        title={canRun ? undefined : 'Check it in first: versions are what runs'}
      >
        Run
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlayerStopFilled size={14} />}
        disabled={!isRunning}
        loading={stopJob.isPending || stopAll.isPending}
        onClick={stop}
      >
        Stop
      </Button>
      {starting
        ? renderStart({
            runbook,
            onClose: () => setStarting(false),
            onStarted: (started) => {
              setStarting(false);
              onWatch(started.id);
            },
          })
        : null}
    </>
  );
}
