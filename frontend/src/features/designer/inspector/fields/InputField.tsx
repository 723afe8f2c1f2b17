import { MultiSelect, PasswordInput, Select, Switch } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { Field, Json } from '@/api/types';
import { formatDuration } from '@/shared/lib/format';
import { hasTokens } from '../../model/template';
import { ListField, MappingField, TableField } from './many';
import { TokenInput } from './TokenInput';
import { isTruthy, toNumberOrText, toOptional, toText } from './values';

const CodeField = lazy(() => import('./CodeField'));

export interface FieldProps {
  field: Field;
  /** Undefined: the default counts. */
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  error?: string | undefined;
  disabled: boolean;
  bare?: boolean;
}

/** One input of an activity, by its kind. */
export function InputField(props: FieldProps) {
  const { field, value } = props;
  const isSubscribed = typeof value === 'string' && hasTokens(value);
  switch (field.kind) {
    case 'boolean':
      return isSubscribed ? <TextField {...props} /> : <BooleanField {...props} />;
    case 'choice':
      return isSubscribed ? <TextField {...props} /> : <ChoiceField {...props} />;
    case 'secret':
      return isSubscribed ? <TextField {...props} /> : <SecretField {...props} />;
    case 'list':
      return isChosen(props) ? <ChoicesField {...props} /> : <ListField {...props} />;
    case 'table':
      return <TableField {...props} />;
    case 'mapping':
      return <MappingField {...props} />;
    case 'code':
      return (
        <Suspense fallback={<TextField {...props} lines={6} />}>
          <CodeField {...props} />
        </Suspense>
      );
    default:
      return <TextField {...props} />;
  }
}

function describe(field: Field, value: Json | undefined): string {
  const seconds = Number(toText(value));
  if (field.kind === 'duration') {
    const readable = value !== undefined && seconds >= 60 ? ` = ${formatDuration(seconds)}` : '';
    return `${field.help ? `${field.help} ` : ''}In seconds${readable}.`;
  }
  return field.help;
}

function TextField({ field, value, onChange, lines, ...rest }: FieldProps & { lines?: number }) {
  const isNumber = field.kind === 'number' || field.kind === 'duration';
  const rows = lines ?? (field.kind === 'multiline' ? 4 : undefined);
  return (
    <TokenInput
      {...rest}
      label={field.label}
      description={describe(field, value)}
      required={field.required}
      value={toText(value)}
      placeholder={placeholderOf(field)}
      mono={field.kind === 'code' || field.kind === 'path'}
      {...(rows ? { lines: rows } : {})}
      onChange={(text) => onChange(isNumber ? toNumberOrText(text) : toOptional(text))}
    />
  );
}

function placeholderOf(field: Field): string | undefined {
  if (field.default !== null && field.default !== '') return toText(field.default);
  if (field.kind === 'computer') return 'This runbook server';
  return field.kind === 'date-time' ? '2026-01-31T12:00:00Z' : undefined;
}

function BooleanField({ field, value, onChange, error, disabled, bare }: FieldProps) {
  return (
    <Switch
      {...(bare ? { 'aria-label': field.label } : {})}
      label={field.label}
      description={field.help}
      error={error}
      disabled={disabled}
      checked={isTruthy(value ?? field.default)}
      onChange={(event) => {
        const checked = event.currentTarget.checked;
        onChange(checked === isTruthy(field.default) ? undefined : checked);
      }}
    />
  );
}

function ChoiceField({ field, value, onChange, error, disabled, bare }: FieldProps) {
  return (
    <Select
      {...(bare ? { 'aria-label': field.label } : { label: field.label })}
      description={field.help}
      data={field.choices}
      value={toOptional(toText(value ?? field.default)) ?? null}
      withAsterisk={field.required}
      allowDeselect={!field.required}
      error={error}
      disabled={disabled}
      onChange={(choice) => onChange(choice === null || choice === field.default ? undefined : choice)}
    />
  );
}

const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(toText) : []);

/** Whether the entries of a list are picked: there are choices, and no entry is a subscription, which is typed. */
function isChosen({ field, value }: FieldProps): boolean {
  return field.choices.length > 0 && !(typeof value === 'string' ? [value] : textsOf(value)).some(hasTokens);
}

/** Several of the choices, kept in the order of the choices; an entry that is no longer one stays until removed. */
function ChoicesField({ field, value, onChange, error, disabled, bare }: FieldProps) {
  const picked = textsOf(value ?? field.default);
  const known = [...new Set([...field.choices, ...picked])];
  const choose = (next: string[]) => {
    const chosen = known.filter((choice) => next.includes(choice));
    onChange(chosen.join('\n') === textsOf(field.default).join('\n') ? undefined : chosen);
  };
  return (
    <MultiSelect
      {...(bare ? { 'aria-label': field.label } : { label: field.label })}
      description={field.help}
      data={known}
      value={picked}
      withAsterisk={field.required}
      error={error}
      disabled={disabled}
      onChange={choose}
    />
  );
}

function SecretField({ field, value, onChange, error, disabled, bare }: FieldProps) {
  return (
    <PasswordInput
      {...(bare ? { 'aria-label': field.label } : { label: field.label })}
      description={field.help || 'Better than a text: {{ var["Folder/Encrypted variable"] }}'}
      withAsterisk={field.required}
      autoComplete="new-password"
      error={error}
      readOnly={disabled}
      value={toText(value)}
      onChange={(event) => onChange(toOptional(event.currentTarget.value))}
    />
  );
}
