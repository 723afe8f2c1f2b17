import { useQuery } from '@tanstack/react-query';
import { instanceOptions } from '@/api/instances';
import { jobOptions } from '@/api/jobs';
import { useLiveInstance } from '@/api/live-context';
import type { InstanceDetail, Job } from '@/api/types';
import type { States } from '../model/graph';

export interface WatchedRun {
  job: Job | undefined;
  instance: InstanceDetail | undefined;
  states: States;
  error: Error | null;
}

const NO_STATES: States = {};

/** The job shown on the canvas and its latest instance, kept current. */
export function useWatchedRun(jobId: string | undefined): WatchedRun {
  const job = useQuery({ ...jobOptions(jobId ?? ''), enabled: jobId !== undefined });
  const instanceId = (jobId === undefined ? null : job.data?.latest_instance_id) ?? '';
  const instance = useQuery({ ...instanceOptions(instanceId), enabled: instanceId !== '' });
  useLiveInstance(instanceId);
  const shown = instanceId ? instance.data : undefined;
  return {
    job: jobId ? job.data : undefined,
    instance: shown,
    states: shown?.activities ?? NO_STATES,
    error: job.error ?? instance.error,
  };
}
