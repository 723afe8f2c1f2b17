import { MultiSelect, Switch, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { runbookOptions } from '@/api/runbooks';
import { rerunPreviewOptions, useRerun } from '@/api/steering';
import type { InstanceDetail, Json, RerunOrder, RerunStep } from '@/api/types';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Effect } from './Effect';
import { EditedInputs } from './EditedInputs';
import { activityNames, likelyBeginning } from './model/activities';
import classes from './InstancePage.module.css';

interface Props {
  instance: InstanceDetail;
  activityId: string | undefined;
  onClose: () => void;
}

type Inputs = Record<string, Record<string, Json>>;

/** Runs an ended run again from some activities on: what is reused and what runs is shown before. */
export default function RerunDialog({ instance, activityId, onClose }: Props) {
  const navigate = useNavigate();
  const rerun = useRerun(instance.id);
  const [from, setFrom] = useState(() => (activityId ? [activityId] : likelyBeginning(instance)));
  const [inputs, setInputs] = useState<Inputs>({});
  const [isNewest, setIsNewest] = useState(false);
  const { data: runbook } = useQuery(runbookOptions(instance.runbook_id));
  const newest = runbook?.version ?? instance.version;
  const version = isNewest ? { version: newest } : {};
  const preview = useQuery(rerunPreviewOptions(instance.id, { from, ...version }));
  const submit = () => {
    const order: RerunOrder = { from, ...version, inputs: editsOf(inputs, from) };
    rerun.mutate(order, {
      onSuccess: (job) => void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } }),
    });
  };
  const failed = rerun.error ?? preview.error;
  return (
    <FormDialog
      title="Run again from here"
      action="Run again"
      size="xl"
      onClose={onClose}
      onSubmit={submit}
      busy={rerun.isPending}
      error={failed ? messageOf(failed) : from.length ? null : 'Choose where it is to begin.'}
    >
      <MultiSelect
        label="Begin at"
        description="These and all that follows run again. What came before is taken over from this run."
        data={activityNames(instance.document)}
        value={from}
        searchable
        onChange={setFrom}
      />
      {newest === instance.version ? null : (
        <Switch
          label={`Run the newest version, ${newest}`}
          description={`This run was of version ${instance.version}.`}
          checked={isNewest}
          onChange={(event) => setIsNewest(event.currentTarget.checked)}
        />
      )}
      <Preview steps={from.length ? (preview.data ?? []) : []} />
      {from.map((id) => (
        <EditedInputs
          key={id}
          instance={instance}
          activityId={id}
          onChange={(changed) => setInputs((old) => ({ ...old, [id]: changed }))}
        />
      ))}
    </FormDialog>
  );
}

/** The edits of the activities that are still chosen and have any. */
const editsOf = (inputs: Inputs, from: string[]): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).filter(([id, each]) => from.includes(id) && Object.keys(each).length),
  );

const VERDICTS: Record<RerunStep['verdict'], string> = {
  reused: 'Reused',
  'runs again': 'Runs again',
  'runs for the first time': 'Runs for the first time',
  computed: 'Computed anew',
};

function Preview({ steps }: { steps: RerunStep[] }) {
  const risky = steps.filter(({ verdict, effect }) => verdict === 'runs again' && effect === 'once');
  return (
    <>
      <div className={classes.preview}>
        <Table aria-label="What the rerun does" stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Activity</Table.Th>
              <Table.Th>What happens</Table.Th>
              <Table.Th>Effect</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {steps.map((step) => (
              <Table.Tr key={step.activity_id} data-verdict={step.verdict}>
                <Table.Td>{step.activity_name}</Table.Td>
                <Table.Td className={classes.verdict}>
                  {VERDICTS[step.verdict]}
                  {step.executions > 1 ? `, ${step.executions} ×` : ''}
                </Table.Td>
                <Table.Td>
                  <Effect effect={step.effect} />
                </Table.Td>
                <Table.Td>{step.why}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {risky.length ? (
        <p className={classes.warning} role="status">
          {risky.map(({ activity_name }) => `“${activity_name}”`).join(', ')} had an effect before and will
          have it again.
        </p>
      ) : null}
    </>
  );
}
