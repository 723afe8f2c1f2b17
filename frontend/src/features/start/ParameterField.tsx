import { Select, Switch, TextInput } from '@mantine/core';
import type { Parameter } from '@/api/types';

interface Props {
  parameter: Parameter;
  answer: string | boolean;
  error: string | null;
  /** Has the focus when the form opens. */
  isFirst: boolean;
  onChange: (answer: string | boolean) => void;
}

const INPUT_TYPES = { number: 'number', 'date-time': 'datetime-local', text: 'text' } as const;

/** One parameter of a runbook, by its type. */
export function ParameterField({ parameter, answer, error, isFirst, onChange }: Props) {
  const { name, type, description, required, choices } = parameter;
  if (type === 'boolean') {
    return (
      <Switch
        label={name}
        description={description}
        checked={answer === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  const common = {
    'data-autofocus': isFirst || undefined,
    label: name,
    description,
    error,
    withAsterisk: required,
  };
  if (choices.length > 0) {
    return (
      <Select
        {...common}
        data={choices}
        value={typeof answer === 'string' && answer !== '' ? answer : null}
        clearable={!required}
        onChange={(value) => onChange(value ?? '')}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={INPUT_TYPES[type]}
      {...(type === 'number' ? { step: 'any' } : {})}
      value={typeof answer === 'string' ? answer : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
