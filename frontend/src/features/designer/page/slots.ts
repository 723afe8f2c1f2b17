import type { ReactNode } from 'react';
import type { Job, Runbook } from '@/api/types';

/** What the designer shows but other features own; the application puts them in. */
export interface DesignerSlots {
  /** The job watched on the canvas. */
  jobId: string | undefined;
  onWatch: (jobId: string | undefined) => void;
  renderStart: (request: StartRequest) => ReactNode;
  /** The executions of one activity in an instance. */
  renderRun: (instanceId: string, activityId: string) => ReactNode;
}

export interface StartRequest {
  runbook: Runbook;
  onStarted: (job: Job) => void;
  onClose: () => void;
}
