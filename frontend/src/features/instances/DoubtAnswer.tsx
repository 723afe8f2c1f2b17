import { Button, Group, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { type Answer, useAnswerDoubt } from '@/api/instances';
import { messageOf } from '@/api/problem';
import { parseRecords } from './records';

const CHOICES: [Answer['answer'], string, string][] = [
  ['succeeded', 'It happened', 'The run goes on with the data given below.'],
  ['repeat', 'Run it again', 'It did not happen, or happening twice does no harm.'],
  ['fail', 'Take it as failed', 'The run goes on as after a failure.'],
];

/** An operator's answer for an execution whose outcome a crash hid. */
export function DoubtAnswer({ id }: { id: string }) {
  const send = useAnswerDoubt(id);
  const [answer, setAnswer] = useState<Answer['answer'] | null>(null);
  const [data, setData] = useState('');
  const [comment, setComment] = useState('');
  const records = parseRecords(data);
  const wrong = answer === 'succeeded' && records === null;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (answer === null || wrong) return;
    send.mutate({ answer, comment, records: answer === 'succeeded' ? (records ?? []) : [] });
  };
  return (
    <form onSubmit={submit} aria-label="Answer">
      <Stack gap="xs" my="sm">
        <Text size="sm">
          The server stopped while this activity ran. Whether it happened is not known; it must not be
          repeated blindly.
        </Text>
        <Radio.Group label="What happened?" size="xs" value={answer} onChange={(value) => setAnswer(value)}>
          <Stack gap={6} mt={4}>
            {CHOICES.map(([value, label, description]) => (
              <Radio key={value} size="xs" value={value} label={label} description={description} />
            ))}
          </Stack>
        </Radio.Group>
        {answer === 'succeeded' ? (
          <Textarea
            label="Published data, as JSON"
            description={'One record {"Item": "value"}, or a list of them; may stay empty.'}
            autosize
            minRows={2}
            value={data}
            error={wrong ? 'This is no record and no list of records.' : null}
            onChange={(event) => setData(event.currentTarget.value)}
          />
        ) : null}
        <TextInput
          label="Comment"
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {send.error ? (
          <Text size="sm" c="var(--status-failed)" role="alert">
            {messageOf(send.error)}
          </Text>
        ) : null}
        <Group justify="flex-end">
          <Button type="submit" disabled={answer === null || wrong} loading={send.isPending}>
            Answer
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
