import { Pagination, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { activityInstanceOptions, activityInstancesOptions } from '@/api/instances';
import { Loading } from '@/shared/ui/notes';
import { Execution } from './ActivityDetails';

interface Props {
  instanceId: string;
  activityId: string;
}

/** The executions of one activity in a run, one at a time, the latest first; for the designer's panel. */
export function ActivityRun({ instanceId, activityId }: Props) {
  const list = useInfiniteQuery(activityInstancesOptions(instanceId, activityId));
  const [chosen, setChosen] = useState<number | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const at = Math.min(chosen ?? rows.length, rows.length);
  const id = rows[at - 1]?.id;
  const detail = useQuery({ ...activityInstanceOptions(id ?? ''), enabled: id !== undefined });
  if (list.isPending || (id && detail.isPending)) return <Loading what="the data" />;
  if (!detail.data) {
    return (
      <Text size="sm" c="var(--text-soft)" pt="sm">
        This activity has not run.
      </Text>
    );
  }
  return (
    <div style={{ paddingTop: 12 }}>
      {rows.length > 1 ? (
        <Pagination size="xs" mb="xs" total={rows.length} value={at} onChange={setChosen} />
      ) : null}
      <Execution execution={detail.data} />
    </div>
  );
}
