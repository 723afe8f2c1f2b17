import { ReactFlowProvider } from '@xyflow/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { variablesOptions } from '@/api/administration';
import { activityTypesOptions } from '@/api/catalogue';
import { messageOf } from '@/api/problem';
import { computerGroupsOptions, countersOptions } from '@/api/resources';
import { draftOptions, runbookOptions } from '@/api/runbooks';
import { sessionOptions } from '@/api/session';
import type { ActivityType, Draft, Runbook } from '@/api/types';
import { useTitle } from '@/shared/hooks/use-title';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import { emptyDocument, typesById } from '../model/document';
import type { Names } from '../state/context';
import type { DesignerSlots } from './slots';
import { Workbench } from './Workbench';

interface Props extends DesignerSlots {
  runbookId: string;
}

/** One runbook on the canvas: its draft when it is checked out by this user, else its version. */
export function DesignerPage({ runbookId, ...slots }: Props) {
  const runbook = useQuery(runbookOptions(runbookId));
  const types = useQuery(activityTypesOptions);
  const session = useQuery(sessionOptions);
  const mine =
    Boolean(runbook.data?.checked_out_by) && runbook.data?.checked_out_by?.id === session.data?.user.id;
  const draft = useQuery({ ...draftOptions(runbookId), enabled: mine });
  useTitle(runbook.data?.name ?? 'Runbook');
  const failed = runbook.error ?? types.error ?? draft.error;
  if (failed) return <ErrorNote message={messageOf(failed)} onRetry={() => void runbook.refetch()} />;
  if (!runbook.data || !types.data || (mine && draft.isPending)) return <Loading what="the runbook" />;
  const held = mine ? (draft.data ?? null) : null;
  return (
    <Opened
      key={held ? `draft ${held.base_version ?? 0}` : `version ${runbook.data.version ?? 0}`}
      runbook={runbook.data}
      draft={held}
      types={types.data}
      {...slots}
    />
  );
}

interface OpenedProps extends DesignerSlots {
  runbook: Runbook;
  draft: Draft | null;
  types: ActivityType[];
}

function Opened({ types, runbook, draft, ...slots }: OpenedProps) {
  const byId = useMemo(() => typesById(types), [types]);
  const names = useNames();
  const start = draft?.document ?? runbook.document ?? emptyDocument(runbook.name);
  return (
    <ReactFlowProvider>
      <Workbench runbook={runbook} draft={draft} start={start} types={byId} names={names} {...slots} />
    </ReactFlowProvider>
  );
}

const pathsOf = (entries: { path: string }[] = []): string[] => entries.map(({ path }) => path);

function useNames(): Names {
  const { data: variables } = useQuery(variablesOptions);
  const { data: counters } = useQuery({ ...countersOptions, refetchInterval: false });
  const { data: groups } = useQuery(computerGroupsOptions);
  return useMemo(
    () => ({
      variables: pathsOf(variables),
      counters: pathsOf(counters),
      computerGroups: pathsOf(groups),
    }),
    [variables, counters, groups],
  );
}
