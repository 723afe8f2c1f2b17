import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { runbookOptions } from '@/api/runbooks';
import type { RunbookSummary } from '@/api/types';
import { RunbooksPage } from '@/features/runbooks/RunbooksPage';
import { StartDialog } from '@/features/start/StartDialog';

const route = getRouteApi('/signed-in/runbooks');

export function RunbooksRoute() {
  const search = route.useSearch();
  const navigate = useNavigate();
  return (
    <RunbooksPage
      search={search}
      onSearch={(next) => void navigate({ to: '/runbooks', search: next })}
      renderStart={(runbook, onClose) => <Start runbook={runbook} onClose={onClose} />}
    />
  );
}

/** The list knows no parameters; they come with the runbook itself. */
function Start({ runbook, onClose }: { runbook: RunbookSummary; onClose: () => void }) {
  const navigate = useNavigate();
  const { data } = useQuery(runbookOptions(runbook.id));
  if (!data) return null;
  return (
    <StartDialog
      runbook={data}
      onClose={onClose}
      onStarted={(job) =>
        void navigate({
          to: '/runbooks/$runbookId',
          params: { runbookId: runbook.id },
          search: { job: job.id },
        })
      }
    />
  );
}
