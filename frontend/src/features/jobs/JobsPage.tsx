import { Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { jobsOptions } from '@/api/jobs';
import { messageOf } from '@/api/problem';
import type { JobStatus } from '@/api/types';
import { DataTable } from '@/shared/ui/DataTable';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { jobColumns } from './columns';
import { Outcomes } from './Outcomes';

export interface JobsSearch {
  status?: string | undefined;
  runbook?: string | undefined;
}

interface Props {
  search: JobsSearch;
  onSearch: (search: JobsSearch) => void;
}

const STATUSES: { value: JobStatus; label: string }[] = [
  { value: 'pending', label: 'Pending' },
  { value: 'running', label: 'Running' },
  { value: 'waiting', label: 'Waiting (monitors)' },
  { value: 'stopping', label: 'Stopping' },
  { value: 'held', label: 'Held' },
  { value: 'success', label: 'Success' },
  { value: 'warning', label: 'Warning' },
  { value: 'failed', label: 'Failed' },
  { value: 'canceled', label: 'Canceled' },
];

/** All jobs, newest first, kept current. */
export function JobsPage({ search, onSearch }: Props) {
  const list = useInfiniteQuery(
    jobsOptions({
      status: STATUSES.filter(({ value }) => value === search.status).map(({ value }) => value),
      runbook_id: search.runbook,
    }),
  );
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const longest = Math.max(0, ...jobs.map(secondsOf));
  return (
    <PageFrame
      title="Jobs"
      subtitle={
        search.runbook ? `Of ${jobs[0]?.runbook_name ?? 'one runbook'}` : 'Of all runbooks, newest first'
      }
      actions={
        <Select
          aria-label="Status"
          placeholder="Any status"
          data={STATUSES}
          value={search.status ?? null}
          clearable
          onChange={(status) => onSearch({ ...search, status: status ?? undefined })}
        />
      }
    >
      {list.isPending ? <Loading what="jobs" /> : null}
      {list.error ? <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} /> : null}
      {list.data ? (
        <>
          <Outcomes jobs={jobs} />
          <DataTable
            label="Jobs"
            rows={jobs}
            columns={jobColumns(longest)}
            rowId={(job) => job.id}
            onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
            empty={<Empty title="No jobs">A job is made when a runbook is started.</Empty>}
          />
        </>
      ) : null}
    </PageFrame>
  );
}

const secondsOf = (job: { started_at: string | null; ended_at: string | null }): number =>
  job.started_at && job.ended_at
    ? (new Date(job.ended_at).getTime() - new Date(job.started_at).getTime()) / 1000
    : 0;
