import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { RunDiagram } from '@/features/designer/RunDiagram';
import { InstancePage } from '@/features/instances/InstancePage';

const route = getRouteApi('/signed-in/instances/$instanceId');

export function InstanceRoute() {
  const { instanceId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  return (
    <InstancePage
      key={instanceId}
      instanceId={instanceId}
      search={search}
      onSearch={(next) =>
        void navigate({ to: '/instances/$instanceId', params: { instanceId }, search: next, replace: true })
      }
      renderDiagram={(instance, selected, onSelect) => (
        <RunDiagram
          document={instance.document}
          states={instance.activities}
          selected={selected}
          onSelect={onSelect}
        />
      )}
    />
  );
}
