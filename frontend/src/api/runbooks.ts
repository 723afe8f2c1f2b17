import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { download, get, patch, post, put, remove } from './client';
import { folderKeys } from './folders';
import { isStatus } from './problem';
import type {
  Draft,
  DraftSaved,
  Finding,
  Job,
  Json,
  Page,
  Runbook,
  RunbookDocument,
  RunbookSummary,
  Version,
  VersionDetail,
} from './types';

export const runbookKeys = {
  all: ['runbooks'] as const,
  list: (filter: RunbookFilter) => ['runbooks', 'list', filter] as const,
  one: (id: string) => ['runbooks', 'one', id] as const,
  draft: (id: string) => ['runbooks', 'draft', id] as const,
  versions: (id: string) => ['runbooks', 'versions', id] as const,
};

export interface RunbookFilter {
  folder_id?: string | undefined;
  search?: string | undefined;
}

export const runbooksOptions = (filter: RunbookFilter) =>
  infiniteQueryOptions({
    queryKey: runbookKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      get<Page<RunbookSummary>>('/runbooks', { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

export const runbookOptions = (id: string) =>
  queryOptions({
    queryKey: runbookKeys.one(id),
    queryFn: ({ signal }) => get<Runbook>(`/runbooks/${id}`, {}, signal),
  });

/** Drafts are left alone by invalidation: the editor that is open knows better. */
export const isNoDraft = ({ queryKey }: { queryKey: readonly unknown[] }): boolean => queryKey[1] !== 'draft';

/** The draft of a checked-out runbook; null when it is not checked out. */
export const draftOptions = (id: string) =>
  queryOptions({
    queryKey: runbookKeys.draft(id),
    staleTime: Infinity, // The open editor owns the draft; a refetch under it would be a silent overwrite.
    gcTime: 0, // An editor opened later begins with what the server holds then.
    queryFn: ({ signal }) => fetchDraft(id, signal),
  });

export async function fetchDraft(id: string, signal?: AbortSignal): Promise<Draft | null> {
  try {
    return await get<Draft>(`/runbooks/${id}/draft`, {}, signal);
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

export const saveDraft = (id: string, document: RunbookDocument, revision: number): Promise<DraftSaved> =>
  put<DraftSaved>(`/runbooks/${id}/draft`, { document, revision });

export const checkDocument = (document: RunbookDocument): Promise<{ findings: Finding[] }> =>
  post<{ findings: Finding[] }>('/runbooks/check', { document });

export const exportRunbook = (id: string): Promise<string> => download(`/runbooks/${id}/export`);

export const versionsOptions = (id: string) =>
  queryOptions({
    queryKey: runbookKeys.versions(id),
    queryFn: ({ signal }) => get<Version[]>(`/runbooks/${id}/versions`, {}, signal),
  });

export const fetchVersion = (id: string, version: number): Promise<VersionDetail> =>
  get<VersionDetail>(`/runbooks/${id}/versions/${version}`);

function useRunbookMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { quiet: true },
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: runbookKeys.all, predicate: isNoDraft }),
        client.invalidateQueries({ queryKey: folderKeys.all }),
      ]);
    },
  });
}

export const useCreateRunbook = () =>
  useRunbookMutation((input: { folder_id: string; name: string }) => post<Runbook>('/runbooks', input));

export const useMoveRunbook = () =>
  useRunbookMutation((input: { id: string; folder_id: string }) =>
    patch<Runbook>(`/runbooks/${input.id}`, { folder_id: input.folder_id }),
  );

export const useDeleteRunbook = () => useRunbookMutation((id: string) => remove(`/runbooks/${id}`));

export interface ImportedRunbook {
  path: string;
  id: string | null;
  action: 'created' | 'updated' | 'unchanged';
  version: number | null;
  findings: Finding[];
}

export const useImportRunbooks = () =>
  useRunbookMutation((input: { files: { path: string; text: string }[]; folder_id?: string | undefined }) =>
    post<{ runbooks: ImportedRunbook[] }>('/runbooks/import', input),
  );

export const useStopRunbook = (id: string) =>
  useRunbookMutation((_: undefined) => post<{ stopped: number }>(`/runbooks/${id}/stop`));

export const useCheckOut = (id: string) =>
  useRunbookMutation((input: { take_over?: boolean }) => post<Draft>(`/runbooks/${id}/check-out`, input));

export const useCheckIn = (id: string) =>
  useRunbookMutation((input: { comment: string }) =>
    post<{ version: number; findings: Finding[] }>(`/runbooks/${id}/check-in`, input),
  );

export const useUndoCheckOut = (id: string) =>
  useRunbookMutation((_: undefined) => post<undefined>(`/runbooks/${id}/undo-check-out`));

export interface StartRequest {
  parameters: Record<string, Json>;
  servers: string[];
}

export function useStartRunbook(id: string) {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (input: StartRequest) => post<Job>(`/runbooks/${id}/start`, input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
}
