import { ActionIcon, Tabs } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { activityInstanceOptions } from '@/api/instances';
import { messageOf } from '@/api/problem';
import type { ActivityInstanceDetail } from '@/api/types';
import { formatDuration, formatMoment } from '@/shared/lib/format';
import { Facts } from '@/shared/ui/Facts';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import { Records, Value } from '@/shared/ui/Records';
import { Status } from '@/shared/ui/Status';
import { DoubtAnswer } from './DoubtAnswer';
import { originOf } from './Origin';
import classes from './InstancePage.module.css';

/** One execution: what went in, what came out, what went wrong. */
export function ActivityDetails({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(activityInstanceOptions(id));
  if (query.isPending) return <Loading what="the data" />;
  if (query.isError)
    return <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />;
  return (
    <section aria-label="Execution">
      <div className={classes.bar}>
        <h2 className={classes.heading}>{query.data.activity_name}</h2>
        <ActionIcon aria-label="Close the execution" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <Execution execution={query.data} />
    </section>
  );
}

export function Execution({ execution }: { execution: ActivityInstanceDetail }) {
  const { inputs, records, common, evidence } = execution;
  return (
    <>
      <Facts
        facts={[
          ['Status', <Status key="status" status={execution.status} />],
          ['Origin', originOf(execution.origin)?.says ?? null],
          ['Started', formatMoment(execution.started_at)],
          ['Duration', formatDuration(execution.duration_seconds)],
          ['Attempt', execution.attempt > 1 ? execution.attempt : null],
          ['Retry', execution.retry > 0 ? execution.retry : null],
          ['Effect', execution.effect],
        ]}
      />
      {execution.error ? <div className={classes.error}>{execution.error}</div> : null}
      {execution.status === 'in-doubt' ? <DoubtAnswer id={execution.id} /> : null}
      <Tabs
        defaultValue={records.length > 0 || execution.status === 'success' ? 'outputs' : 'inputs'}
        mt="sm"
      >
        <Tabs.List>
          <Tabs.Tab value="outputs">Outputs ({records.length})</Tabs.Tab>
          <Tabs.Tab value="inputs">Inputs</Tabs.Tab>
          <Tabs.Tab value="common">Common</Tabs.Tab>
          {evidence ? <Tabs.Tab value="evidence">Evidence</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="outputs" pt="xs">
          <Records label="Outputs" rows={records} />
        </Tabs.Panel>
        <Tabs.Panel value="inputs" pt="xs">
          <Records label="Inputs" rows={[inputs]} />
        </Tabs.Panel>
        <Tabs.Panel value="common" pt="xs">
          <Records label="Common published data" rows={[common]} />
        </Tabs.Panel>
        {evidence ? (
          <Tabs.Panel value="evidence" pt="xs">
            <Value value={evidence} />
          </Tabs.Panel>
        ) : null}
      </Tabs>
    </>
  );
}
