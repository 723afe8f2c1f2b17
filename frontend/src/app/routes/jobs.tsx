import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { JobPage } from '@/features/jobs/JobPage';
import { JobsPage } from '@/features/jobs/JobsPage';

const list = getRouteApi('/signed-in/jobs');
const one = getRouteApi('/signed-in/jobs/$jobId');

export function JobsRoute() {
  const search = list.useSearch();
  const navigate = useNavigate();
  return <JobsPage search={search} onSearch={(next) => void navigate({ to: '/jobs', search: next })} />;
}

export function JobRoute() {
  const { jobId } = one.useParams();
  return <JobPage key={jobId} jobId={jobId} />;
}
