import { Button, Group, Modal, MultiSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { serversOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import { useStartRunbook } from '@/api/runbooks';
import type { Job, Parameter, UserRef } from '@/api/types';
import { complaint, initialAnswers, toValues } from './parameters';
import { ParameterField } from './ParameterField';

export interface Startable {
  id: string;
  name: string;
  version: number | null;
  checked_out_by: UserRef | null;
  is_monitor: boolean;
  parameters: Parameter[];
}

interface Props {
  runbook: Startable;
  onStarted: (job: Job) => void;
  onClose: () => void;
}

/** Asks for the parameters of a runbook and starts its newest version. */
export function StartDialog({ runbook, onStarted, onClose }: Props) {
  const start = useStartRunbook(runbook.id);
  const { parameters } = runbook;
  const [answers, setAnswers] = useState(() => initialAnswers(parameters));
  const [servers, setServers] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const complaintOf = (each: Parameter) => complaint(each, answers[each.name] ?? '');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (parameters.some((each) => complaintOf(each) !== null)) return;
    start.mutate({ parameters: toValues(parameters, answers), servers }, { onSuccess: onStarted });
  };
  return (
    <Modal opened onClose={onClose} title={`Run ${runbook.name}`} centered>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <Text size="sm" c="var(--text-soft)">
            {introduction(runbook)}
          </Text>
          {parameters.map((parameter, index) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              isFirst={index === 0}
              answer={answers[parameter.name] ?? ''}
              error={tried ? complaintOf(parameter) : null}
              onChange={(answer) => setAnswers({ ...answers, [parameter.name]: answer })}
            />
          ))}
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
    </Modal>
  );
}

function introduction({ version, checked_out_by, is_monitor, parameters }: Startable): string {
  const draft = checked_out_by ? ' Changes in the draft are not in it.' : '';
  const nature = is_monitor
    ? ' It starts waiting for what it monitors.'
    : parameters.length === 0
      ? ' It takes no parameters.'
      : '';
  return `Version ${version ?? 0} runs.${draft}${nature}`;
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
