import { Button, Group } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconChevronsRight,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { instanceOptions } from '@/api/instances';
import { isOpen, useStopJob } from '@/api/jobs';
import { useLiveInstance } from '@/api/live-context';
import { messageOf } from '@/api/problem';
import type { InstanceDetail } from '@/api/types';
import { useTitle } from '@/shared/hooks/use-title';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import { Status } from '@/shared/ui/Status';
import { Took } from '@/shared/ui/times';
import { formatMoment } from '@/shared/lib/format';
import { ActivityList } from './ActivityList';
import { ActivityDetails } from './ActivityDetails';
import classes from './InstancePage.module.css';
import { RunFacts } from './RunFacts';
import { Steering } from './Steering';

export interface InstanceSearch {
  /** Id of an activity of the diagram; the list shows its executions only. */
  activity?: string | undefined;
  /** Id of the execution whose data is shown. */
  execution?: string | undefined;
}

interface Props {
  instanceId: string;
  search: InstanceSearch;
  onSearch: (search: InstanceSearch) => void;
  renderDiagram: (
    instance: InstanceDetail,
    selected: string | undefined,
    onSelect: (activityId: string | undefined) => void,
  ) => ReactNode;
}

/** One run: the diagram with every status, the executions in order, and the data of the chosen one. */
export function InstancePage({ instanceId, search, onSearch, renderDiagram }: Props) {
  const query = useQuery(instanceOptions(instanceId));
  useLiveInstance(instanceId);
  useTitle(query.data ? `${query.data.runbook_name}, run #${query.data.number}` : 'Run');
  if (query.isPending) return <Loading what="the run" />;
  if (query.isError)
    return <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />;
  const instance = query.data;
  return (
    <div className={classes.page}>
      <Head instance={instance} activityId={search.activity} />
      <section aria-label="Canvas" className={classes.diagram}>
        {renderDiagram(instance, search.activity, (activity) => onSearch({ activity }))}
      </section>
      <div className={classes.lower}>
        <ActivityList
          instance={instance}
          activityId={search.activity}
          chosen={search.execution}
          onChoose={(execution) => onSearch({ ...search, execution })}
          onAll={() => onSearch({})}
        />
      </div>
      <aside className={classes.side}>
        {search.execution ? (
          <ActivityDetails
            key={search.execution}
            id={search.execution}
            onClose={() => onSearch({ activity: search.activity })}
          />
        ) : (
          <RunFacts instance={instance} />
        )}
      </aside>
    </div>
  );
}

function Head({ instance, activityId }: { instance: InstanceDetail; activityId: string | undefined }) {
  const stop = useStopJob();
  return (
    <header className={classes.head}>
      <div className={classes.words}>
        <Link to="/jobs/$jobId" params={{ jobId: instance.job_id }} className={classes.job}>
          Job
        </Link>
        <IconChevronRight size={14} aria-hidden />
        <h1 className={classes.title}>
          {instance.runbook_name} <span className={classes.number}>run #{instance.number}</span>
        </h1>
        <span role="status" aria-live="polite">
          <Status status={instance.status} />
        </span>
        <span className={classes.soft}>
          {formatMoment(instance.started_at)}
          {instance.started_at ? ', ' : ''}
          <Took start={instance.started_at} end={instance.ended_at} />
          {instance.server ? ` on ${instance.server}` : ''}
        </span>
      </div>
      <Group gap={4} wrap="nowrap">
        <Neighbour id={instance.previous_id} label="Previous run" icon={<IconChevronLeft size={16} />} />
        <Neighbour id={instance.next_id} label="Next run" icon={<IconChevronRight size={16} />} />
        <Neighbour
          id={instance.latest_id === instance.id ? null : instance.latest_id}
          label="Latest run"
          icon={<IconChevronsRight size={16} />}
        />
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link
              to="/runbooks/$runbookId"
              params={{ runbookId: instance.runbook_id }}
              search={{}}
              {...props}
            />
          )}
        >
          Designer
        </Button>
        <Steering instance={instance} activityId={activityId} />
        <Button
          variant="default"
          leftSection={<IconPlayerStopFilled size={14} />}
          disabled={!isOpen(instance.status)}
          loading={stop.isPending}
          onClick={() => stop.mutate(instance.job_id)}
        >
          Stop
        </Button>
      </Group>
    </header>
  );
}

function Neighbour({ id, label, icon }: { id: string | null; label: string; icon: ReactNode }) {
  if (!id) {
    return (
      <Button variant="subtle" color="gray" px={6} disabled aria-label={label} title={label}>
        {icon}
      </Button>
    );
  }
  return (
    <Button
      variant="subtle"
      color="gray"
      px={6}
      aria-label={label}
      title={label}
      renderRoot={(props) => (
        <Link to="/instances/$instanceId" params={{ instanceId: id }} search={{}} {...props} />
      )}
    >
      {icon}
    </Button>
  );
}
