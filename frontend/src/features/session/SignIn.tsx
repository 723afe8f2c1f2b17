import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { isStatus, messageOf } from '@/api/problem';
import { useSignIn } from '@/api/session';
import { useTitle } from '@/shared/hooks/use-title';
import { Door } from './Door';

/** The first page anyone sees. */
export function SignIn({ onDone }: { onDone: () => void }) {
  useTitle('Sign in');
  const signIn = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    signIn.mutate({ user_name: name, password }, { onSuccess: onDone });
  };
  return (
    <Door title="Sign in" note="Runbooks, jobs and their results are behind this door.">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="User name"
            size="sm"
            autoComplete="username"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <PasswordInput
            label="Password"
            size="sm"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
          />
          {signIn.error ? (
            <Text size="sm" c="var(--status-failed)" role="alert">
              {isStatus(signIn.error, 401) ? 'User name or password is wrong.' : messageOf(signIn.error)}
            </Text>
          ) : null}
          <Button type="submit" size="sm" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
