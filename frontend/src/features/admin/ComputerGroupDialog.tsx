import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { useChangeComputerGroup, useCreateComputerGroup } from '@/api/resources';
import type { ComputerGroup } from '@/api/types';
import { FormDialog } from '@/shared/ui/FormDialog';
import { GroupEntries } from './GroupEntries';

interface Props {
  /** Null makes a new one. */
  group: ComputerGroup | null;
  /** Paths of the groups that may be part of it. */
  others: string[];
  onClose: () => void;
}

export function ComputerGroupDialog({ group, others, onClose }: Props) {
  const create = useCreateComputerGroup();
  const change = useChangeComputerGroup();
  const [path, setPath] = useState(group?.path ?? '');
  const [entries, setEntries] = useState<ComputerGroup['entries']>(
    group?.entries ?? [{ kind: 'name', value: '' }],
  );
  const [description, setDescription] = useState(group?.description ?? '');
  const error = create.error ?? change.error;
  const submit = () => {
    const input = { path, description, entries: entries.filter(({ value }) => value.trim() !== '') };
    const done = { onSuccess: onClose };
    if (group) change.mutate({ id: group.id, ...input }, done);
    else create.mutate(input, done);
  };
  return (
    <FormDialog
      title={group ? `Change ${group.path}` : 'New computer group'}
      size="lg"
      onClose={onClose}
      onSubmit={submit}
      busy={create.isPending || change.isPending}
      error={error ? messageOf(error) : null}
    >
      <TextInput
        label="Name"
        description="Folders by slashes: Sites/Web"
        required
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        data-autofocus
      />
      <GroupEntries entries={entries} others={others} onChange={setEntries} />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
