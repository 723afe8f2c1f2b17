import { Button, Group, Modal, MultiSelect, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { serversOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import { useStartRunbook } from '@/api/runbooks';
import type { Job, Parameter } from '@/api/types';
import { complaint, initialAnswers, toValues } from './parameters';
import { ParameterField } from './ParameterField';

export interface Startable {
  id: string;
  name: string;
  is_monitor: boolean;
  parameters: Parameter[];
}

interface Props {
  runbook: Startable;
  /** Present when the caller holds a draft: whether it is to be run instead of the version, and whether it must. */
  draft?: { only: boolean; parameters: Parameter[] } | undefined;
  onStarted: (job: Job) => void;
  onClose: () => void;
}

/** Asks for the parameters of a runbook and starts it. */
export function StartDialog({ runbook, draft, onStarted, onClose }: Props) {
  const [asDraft, setAsDraft] = useState(draft !== undefined);
  const parameters = asDraft && draft ? draft.parameters : runbook.parameters;
  return (
    <Modal opened onClose={onClose} title={`Run ${runbook.name}`} centered>
      <Stack gap="sm">
        {draft && !draft.only ? (
          <Switch
            label="Run the draft"
            description="Off: the version that was checked in last"
            checked={asDraft}
            onChange={(event) => setAsDraft(event.currentTarget.checked)}
          />
        ) : null}
        <StartForm
          key={String(asDraft)}
          runbook={runbook}
          parameters={parameters}
          asDraft={asDraft}
          onStarted={onStarted}
          onClose={onClose}
        />
      </Stack>
    </Modal>
  );
}

interface FormProps {
  runbook: Startable;
  parameters: Parameter[];
  asDraft: boolean;
  onStarted: (job: Job) => void;
  onClose: () => void;
}

function StartForm({ runbook, parameters, asDraft, onStarted, onClose }: FormProps) {
  const start = useStartRunbook(runbook.id);
  const [answers, setAnswers] = useState(() => initialAnswers(parameters));
  const [servers, setServers] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const wrong = parameters.some((each) => complaint(each, answers[each.name] ?? '') !== null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong) return;
    const draft = asDraft ? { test_draft: true } : {};
    start.mutate({ parameters: toValues(parameters, answers), servers, ...draft }, { onSuccess: onStarted });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {parameters.map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            answer={answers[parameter.name] ?? ''}
            error={tried ? complaint(parameter, answers[parameter.name] ?? '') : null}
            onChange={(answer) => setAnswers({ ...answers, [parameter.name]: answer })}
          />
        ))}
        {parameters.length === 0 ? (
          <Text size="sm" c="var(--text-soft)">
            {runbook.is_monitor ? 'It starts waiting for what it monitors.' : 'It takes no parameters.'}
          </Text>
        ) : null}
        <ServerChoice servers={servers} onChange={setServers} />
        {start.error ? (
          <Text size="sm" c="var(--status-failed)" role="alert">
            {messageOf(start.error)}
          </Text>
        ) : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={start.isPending}
            data-autofocus={parameters.length === 0 || undefined}
          >
            Start
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ServerChoice({ servers, onChange }: { servers: string[]; onChange: (servers: string[]) => void }) {
  const { data = [] } = useQuery(serversOptions);
  if (data.length < 2) return null;
  return (
    <MultiSelect
      label="Runbook servers"
      description="Empty: any server"
      data={data.map((server) => server.name)}
      value={servers}
      onChange={onChange}
      clearable
    />
  );
}
