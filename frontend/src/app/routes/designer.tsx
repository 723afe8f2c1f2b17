import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DesignerPage } from '@/features/designer/page/DesignerPage';
import { ActivityRun } from '@/features/instances/ActivityRun';
import { StartDialog } from '@/features/start/StartDialog';

const route = getRouteApi('/signed-in/runbooks/$runbookId');

export function DesignerRoute() {
  const { runbookId } = route.useParams();
  const { job } = route.useSearch();
  const navigate = useNavigate();
  return (
    <DesignerPage
      key={runbookId}
      runbookId={runbookId}
      jobId={job}
      onWatch={(next) =>
        void navigate({
          to: '/runbooks/$runbookId',
          params: { runbookId },
          search: { job: next },
          replace: true,
        })
      }
      renderStart={(request) => <StartDialog {...request} />}
      renderRun={(instanceId, activityId) => (
        <ActivityRun key={`${instanceId} ${activityId}`} instanceId={instanceId} activityId={activityId} />
      )}
    />
  );
}
