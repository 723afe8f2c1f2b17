import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { messageOf } from '@/api/problem';
import { useChangePassword } from '@/api/session';
import { useTitle } from '@/shared/hooks/use-title';
import { Door } from './Door';

interface Props {
  /** The one-time password has to go before anything else. */
  forced: boolean;
  onDone: () => void;
}

export function ChangePassword({ forced, onDone }: Props) {
  useTitle('Change password');
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== fresh;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (again === fresh) change.mutate({ current, new: fresh }, { onSuccess: onDone });
  };
  const note = forced
    ? 'Your password was made for the first sign-in only. Choose your own to go on.'
    : 'Choose a new password.';
  return (
    <Door title="Change password" note={note}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Secret
            label="Current password"
            complete="current-password"
            value={current}
            onChange={setCurrent}
          />
          <Secret label="New password" complete="new-password" value={fresh} onChange={setFresh} />
          <Secret
            label="New password again"
            complete="new-password"
            value={again}
            onChange={setAgain}
            error={differs ? 'The two differ.' : null}
          />
          {change.error ? (
            <Text size="sm" c="var(--status-failed)" role="alert">
              {messageOf(change.error)}
            </Text>
          ) : null}
          <Button type="submit" size="sm" loading={change.isPending} disabled={differs}>
            Change password
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

interface SecretProps {
  label: string;
  complete: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
}

function Secret({ label, complete, value, onChange, error }: SecretProps) {
  return (
    <PasswordInput
      label={label}
      size="sm"
      autoComplete={complete}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      required
    />
  );
}
