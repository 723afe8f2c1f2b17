import { ActionIcon, Textarea, TextInput } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { insertToken } from '../../model/template';
import { PublishedPicker } from '../PublishedPicker';
import { Readable } from './Readable';

export interface TextProps {
  label: string;
  /** Hides the label from view where the surroundings already show it. */
  bare?: boolean;
  value: string;
  onChange: (value: string) => void;
  description?: ReactNode;
  placeholder?: string | undefined;
  required?: boolean;
  error?: ReactNode;
  disabled: boolean;
}

interface Props extends TextProps {
  lines?: number;
  mono?: boolean;
  type?: 'text' | 'password' | 'datetime-local';
}

type Box = HTMLInputElement | HTMLTextAreaElement;

/** A text that can hold subscriptions; the button opens the picker, which inserts at the cursor. */
export function TokenInput({ lines, mono, type, bare, ...props }: Props) {
  const { label, value, onChange, disabled } = props;
  const box = useRef<Box>(null);
  const [picking, setPicking] = useState(false);
  const insert = (token: string) => {
    setPicking(false);
    const at = box.current;
    const result = insertToken(
      value,
      token,
      at?.selectionStart ?? value.length,
      at?.selectionEnd ?? value.length,
    );
    onChange(result.text);
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(result.cursor, result.cursor);
    });
  };
  const subscribe = disabled ? null : (
    <PublishedPicker opened={picking} onClose={() => setPicking(false)} onPick={insert}>
      <ActionIcon
        size="sm"
        title="Subscribe to published data or a variable"
        aria-label={`Subscribe in ${label}`}
        onClick={() => setPicking(!picking)}
      >
        <IconBraces size={14} />
      </ActionIcon>
    </PublishedPicker>
  );
  const common = {
    ...(bare ? { 'aria-label': label } : { label }),
    description: props.description,
    placeholder: props.placeholder,
    withAsterisk: props.required ?? false,
    error: props.error,
    readOnly: disabled,
    value,
    onChange: (event: { currentTarget: Box }) => onChange(event.currentTarget.value),
    rightSection: subscribe,
    ...(mono ? { styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } } : {}),
  };
  return (
    <div>
      {lines ? (
        <Textarea
          {...common}
          ref={box as React.Ref<HTMLTextAreaElement>}
          autosize
          minRows={lines}
          maxRows={14}
        />
      ) : (
        <TextInput
          {...common}
          ref={box as React.Ref<HTMLInputElement>}
          type={type ?? 'text'}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Readable text={value} />
    </div>
  );
}
