import { NumberInput, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { useChangeCounterValue } from '@/api/resources';
import type { Counter, CounterOperation } from '@/api/types';
import { formatValue } from '@/shared/lib/format';
import { FormDialog } from '@/shared/ui/FormDialog';
import { type Entered, numberOf } from './numbers';

const OPERATIONS: { value: CounterOperation; label: string; amount: string }[] = [
  { value: 'increment', label: 'Increment', amount: 'By' },
  { value: 'decrement', label: 'Decrement', amount: 'By' },
  { value: 'set', label: 'Set', amount: 'To' },
  { value: 'reset', label: 'Reset to the default', amount: '' },
];

interface Props {
  counter: Counter;
  onClose: () => void;
}

/** Changes the value in one step: what runbooks count meanwhile is not lost. */
export function CounterValueDialog({ counter, onClose }: Props) {
  const change = useChangeCounterValue();
  const [operation, setOperation] = useState<string | null>('increment');
  const [amount, setAmount] = useState<Entered>(1);
  const chosen = OPERATIONS.find(({ value }) => value === operation) ?? OPERATIONS[0];
  if (!chosen) return null;
  const submit = () =>
    change.mutate(
      { id: counter.id, operation: chosen.value, amount: chosen.amount ? numberOf(amount) : null },
      { onSuccess: onClose },
    );
  return (
    <FormDialog
      title={`Change the value of ${counter.path}`}
      action="Change value"
      onClose={onClose}
      onSubmit={submit}
      busy={change.isPending}
      error={change.error ? messageOf(change.error) : null}
    >
      <Text size="sm">
        It stands at <strong>{formatValue(counter.value)}</strong>; its default is{' '}
        {formatValue(counter.default_value)}.
      </Text>
      <Select
        label="Operation"
        data={OPERATIONS}
        value={chosen.value}
        onChange={setOperation}
        allowDeselect={false}
      />
      {chosen.amount ? (
        <NumberInput label={chosen.amount} required value={amount} onChange={setAmount} data-autofocus />
      ) : null}
    </FormDialog>
  );
}
