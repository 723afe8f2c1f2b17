import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body, cursorOf } from './client';
import { folderKeys } from './folders';
import { isStatus } from './problem';
import type { Draft, DraftSaved, Finding, Runbook, RunbookDocument, VersionDetail } from './types';
import type { components } from './schema';

export const runbookKeys = {
  all: ['runbooks'] as const,
  list: (filter: RunbookFilter) => ['runbooks', 'list', filter] as const,
  one: (id: string) => ['runbooks', 'one', id] as const,
  draft: (id: string) => ['runbooks', 'draft', id] as const,
  versions: (id: string) => ['runbooks', 'versions', id] as const,
};

const at = (runbook_id: string) => ({ path: { runbook_id } });

/** A document as the API's description has it: any JSON object. */
const open = (document: RunbookDocument) =>
  document as unknown as components['schemas']['DraftOrder']['document'];

export interface RunbookFilter {
  folder_id?: string | undefined;
  search?: string | undefined;
}

export const runbooksOptions = (filter: RunbookFilter) =>
  infiniteQueryOptions({
    queryKey: runbookKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/api/v1/runbooks', {
          params: { query: { ...filter, limit: 100, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

export const runbookOptions = (id: string) =>
  queryOptions({
    queryKey: runbookKeys.one(id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/runbooks/{runbook_id}', { params: at(id), signal }),
      ) as Promise<unknown> as Promise<Runbook>,
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
    const draft = await body(api.GET('/api/v1/runbooks/{runbook_id}/draft', { params: at(id), signal }));
    return draft as unknown as Draft;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

export const saveDraft = (id: string, document: RunbookDocument, revision: number) =>
  body(
    api.PUT('/api/v1/runbooks/{runbook_id}/draft', {
      params: at(id),
      body: { document: open(document), revision },
    }),
  ) as Promise<unknown> as Promise<DraftSaved>;

export const checkDocument = (document: RunbookDocument) =>
  body(api.POST('/api/v1/runbooks/check', { body: { document: open(document) } })) as Promise<{
    findings: Finding[];
  }>;

export const exportRunbook = (id: string): Promise<string> =>
  body(api.GET('/api/v1/runbooks/{runbook_id}/export', { params: at(id), parseAs: 'text' }));

export const versionsOptions = (id: string) =>
  queryOptions({
    queryKey: runbookKeys.versions(id),
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/runbooks/{runbook_id}/versions', { params: at(id), signal })),
  });

export const fetchVersion = (id: string, version: number): Promise<VersionDetail> =>
  body(
    api.GET('/api/v1/runbooks/{runbook_id}/versions/{version}', {
      params: { path: { runbook_id: id, version } },
    }),
  ) as Promise<unknown> as Promise<VersionDetail>;

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
  useRunbookMutation((input: { folder_id: string; name: string }) =>
    body(api.POST('/api/v1/runbooks', { body: input })),
  );

export const useMoveRunbook = () =>
  useRunbookMutation((input: { id: string; folder_id: string }) =>
    body(
      api.PATCH('/api/v1/runbooks/{runbook_id}', {
        params: at(input.id),
        body: { folder_id: input.folder_id },
      }),
    ),
  );

export const useDeleteRunbook = () =>
  useRunbookMutation((id: string) => body(api.DELETE('/api/v1/runbooks/{runbook_id}', { params: at(id) })));

export const useImportRunbooks = () =>
  useRunbookMutation((input: { files: { path: string; text: string }[]; folder_id?: string | undefined }) =>
    body(api.POST('/api/v1/runbooks/import', { body: { ...input, dry_run: false } })),
  );

export const useStopRunbook = (id: string) =>
  useRunbookMutation<undefined, unknown>(() =>
    body(api.POST('/api/v1/runbooks/{runbook_id}/stop', { params: at(id) })),
  );

export const useCheckOut = (id: string) =>
  useRunbookMutation(async (input: { take_over: boolean }) => {
    const draft = await body(
      api.POST('/api/v1/runbooks/{runbook_id}/check-out', { params: at(id), body: input }),
    );
    return draft as unknown as Draft;
  });

export const useCheckIn = (id: string) =>
  useRunbookMutation((input: { comment: string }) =>
    body(api.POST('/api/v1/runbooks/{runbook_id}/check-in', { params: at(id), body: input })),
  );

export const useUndoCheckOut = (id: string) =>
  useRunbookMutation<undefined, unknown>(() =>
    body(api.POST('/api/v1/runbooks/{runbook_id}/undo-check-out', { params: at(id) })),
  );

export type StartRequest = Pick<components['schemas']['StartOrder'], 'parameters' | 'servers'>;

export function useStartRunbook(id: string) {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (input: StartRequest) =>
      body(
        api.POST('/api/v1/runbooks/{runbook_id}/start', {
          params: at(id),
          body: { ...input, test_draft: false },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
}
