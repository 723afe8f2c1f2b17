import { Group, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { useChangeCounter, useCreateCounter } from '@/api/resources';
import type { Counter } from '@/api/types';
import { FormDialog } from '@/shared/ui/FormDialog';
import { type Entered, numberOf } from './numbers';

interface Props {
  /** Null makes a new one. */
  counter: Counter | null;
  onClose: () => void;
}

export function CounterDialog({ counter, onClose }: Props) {
  const create = useCreateCounter();
  const change = useChangeCounter();
  const [path, setPath] = useState(counter?.path ?? '');
  const [initial, setInitial] = useState<Entered>(counter?.default_value ?? 0);
  const [minimum, setMinimum] = useState<Entered>(counter?.minimum ?? '');
  const [maximum, setMaximum] = useState<Entered>(counter?.maximum ?? '');
  const [description, setDescription] = useState(counter?.description ?? '');
  const error = create.error ?? change.error;
  const submit = () => {
    const input = {
      path,
      default_value: numberOf(initial) ?? 0,
      minimum: numberOf(minimum),
      maximum: numberOf(maximum),
      description,
    };
    const done = { onSuccess: onClose };
    if (counter) change.mutate({ id: counter.id, ...input }, done);
    else create.mutate(input, done);
  };
  return (
    <FormDialog
      title={counter ? `Change ${counter.path}` : 'New counter'}
      onClose={onClose}
      onSubmit={submit}
      busy={create.isPending || change.isPending}
      error={error ? messageOf(error) : null}
    >
      <TextInput
        label="Name"
        description="Folders by slashes: Mail/Tries"
        required
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        data-autofocus
      />
      <NumberInput
        label="Default value"
        description="What it begins with, and is reset to"
        required
        value={initial}
        onChange={setInitial}
      />
      <Group grow>
        <NumberInput label="Minimum" placeholder="none" value={minimum} onChange={setMinimum} />
        <NumberInput label="Maximum" placeholder="none" value={maximum} onChange={setMaximum} />
      </Group>
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
