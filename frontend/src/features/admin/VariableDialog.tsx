import { PasswordInput, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChangeVariable, useCreateVariable } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { Variable } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { FormDialog } from '@/shared/ui/FormDialog';

interface Props {
  /** Null makes a new one. */
  variable: Variable | null;
  onClose: () => void;
}

export function VariableDialog({ variable, onClose }: Props) {
  const create = useCreateVariable();
  const change = useChangeVariable();
  const [path, setPath] = useState(variable?.path ?? '');
  const [value, setValue] = useState(variable?.encrypted ? '' : formatValue(variable?.value));
  const [encrypted, setEncrypted] = useState(variable?.encrypted ?? false);
  const [description, setDescription] = useState(variable?.description ?? '');
  const error = create.error ?? change.error;
  const submit = () => {
    const done = { onSuccess: onClose };
    if (!variable) create.mutate({ path, value, encrypted, description }, done);
    else {
      // An encrypted value that was left empty stays as it is.
      const fresh = variable.encrypted && value === '' ? {} : { value };
      change.mutate({ id: variable.id, path, description, ...fresh }, done);
    }
  };
  const ValueInput = encrypted ? PasswordInput : TextInput;
  return (
    <FormDialog
      title={variable ? `Change ${variable.path}` : 'New variable'}
      onClose={onClose}
      onSubmit={submit}
      busy={create.isPending || change.isPending}
      error={error ? messageOf(error) : null}
    >
      <TextInput
        label="Name"
        description="Folders by slashes: Mail/Server"
        required
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        data-autofocus
      />
      <ValueInput
        label="Value"
        description={variable?.encrypted ? 'Empty: stays as it is' : undefined}
        autoComplete="off"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Switch
        label="Encrypted"
        description="Sealed at rest and never shown again"
        checked={encrypted}
        disabled={variable !== null}
        onChange={(event) => setEncrypted(event.currentTarget.checked)}
      />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
