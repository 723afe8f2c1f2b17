import { Textarea } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { activityTypesOptions } from '@/api/catalogue';
import { activityInstanceOptions, activityInstancesOptions } from '@/api/instances';
import type { InstanceDetail, Json } from '@/api/types';
import { changedInputs, textOf } from './model/given';
import classes from './InstancePage.module.css';

interface Props {
  instance: InstanceDetail;
  activityId: string;
  /** The inputs that differ from those of its last execution. */
  onChange: (changed: Record<string, Json>) => void;
}

/** The inputs an activity had when it ran last, to be run with others. */
export function EditedInputs({ instance, activityId, onChange }: Props) {
  const list = useInfiniteQuery(activityInstancesOptions(instance.id, activityId));
  const last = list.data?.pages.flatMap((page) => page.items).at(-1)?.id;
  const detail = useQuery({ ...activityInstanceOptions(last ?? ''), enabled: last !== undefined });
  const [texts, setTexts] = useState<Record<string, string>>({});
  const { data: types = [] } = useQuery(activityTypesOptions);
  const activity = instance.document.activities?.[activityId];
  const before: Record<string, unknown> = detail.data?.inputs ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(activity?.inputs ?? {})])];
  const fields = types.find(({ id }) => id === activity?.type)?.inputs ?? [];
  if (names.length === 0) return null;
  const put = (name: string, text: string) => {
    const changed = { ...texts, [name]: text };
    setTexts(changed);
    onChange(changedInputs(before, changed));
  };
  return (
    <details className={classes.inputs}>
      <summary>Inputs of “{activity?.name ?? activityId}”</summary>
      <p className={classes.says}>What is changed here counts instead of what the runbook would fill in.</p>
      {names.map((name) => (
        <Textarea
          key={name}
          label={fields.find((field) => field.name === name)?.label ?? name}
          autosize
          maxRows={6}
          placeholder={textOf(activity?.inputs?.[name])}
          value={texts[name] ?? textOf(before[name])}
          onChange={(event) => put(name, event.currentTarget.value)}
        />
      ))}
    </details>
  );
}
