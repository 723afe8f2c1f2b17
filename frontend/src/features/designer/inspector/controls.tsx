import { NumberInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useReadOnly } from '../state/context';

interface Props {
  label: string;
  description?: ReactNode;
  value: number | undefined;
  /** What counts when nothing is set; choosing it removes the property. */
  fallback: number;
  onChange: (value: number | undefined) => void;
  min?: number;
  step?: number;
}

/** A plain number of the document (no subscriptions); seconds are said in the label. */
export function NumberBox({ label, description, value, fallback, onChange, min = 0, step = 1 }: Props) {
  return (
    <NumberInput
      label={label}
      description={description}
      value={value ?? fallback}
      min={min}
      step={step}
      readOnly={useReadOnly()}
      onChange={(next) => {
        if (typeof next === 'number') onChange(next === fallback ? undefined : next);
      }}
    />
  );
}
