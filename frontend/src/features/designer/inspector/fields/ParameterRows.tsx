import { ActionIcon } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Json, Parameter } from '@/api/types';
import { isObject, without } from '../../model/json';
import { hasTokens } from '../../model/template';
import classes from './fields.module.css';
import type { FieldProps } from './InputField';
import { TokenInput } from './TokenInput';
import { toNumberOrText, toText } from './values';

/** The parameters of the runbook that is invoked, each with its type; names it does not know can be removed. */
export function ParameterRows({ parameters, ...props }: FieldProps & { parameters: readonly Parameter[] }) {
  const { field, value, onChange, error, disabled } = props;
  const given = isObject(value) ? (value as Record<string, Json>) : {};
  const known = new Set(parameters.map(({ name }) => name));
  const strange = Object.keys(given).filter((name) => !known.has(name));
  const put = (name: string, next: Json | undefined) => {
    const changed = next === undefined ? without(given, name) : { ...given, [name]: next };
    onChange(Object.keys(changed).length ? changed : undefined);
  };
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{field.label}</legend>
      {parameters.length === 0 && strange.length === 0 ? (
        <p className={classes.help}>This runbook asks for none.</p>
      ) : null}
      {parameters.map((parameter) => (
        <div key={parameter.name} className={classes.parameter}>
          <TokenInput
            label={parameter.name}
            required={parameter.required && parameter.default === null}
            description={inWords(parameter)}
            placeholder={toText(parameter.default)}
            value={toText(given[parameter.name])}
            disabled={disabled}
            onChange={(text) => put(parameter.name, typed(text, parameter))}
          />
        </div>
      ))}
      {strange.map((name) => (
        <div key={name} className={classes.row}>
          <TokenInput
            label={name}
            description="The runbook has no such parameter."
            error={disabled ? undefined : 'Remove it, or declare it there.'}
            value={toText(given[name])}
            disabled
            onChange={() => undefined}
          />
          {disabled ? null : (
            <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={() => put(name, undefined)}>
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </div>
      ))}
      {error ? <div className={classes.error}>{error}</div> : null}
    </fieldset>
  );
}

/** E.g. `number. How often to try.` or `text: one of a, b`. */
export function inWords({ type, choices, description }: Parameter): string {
  const kind = choices.length ? `${type}: one of ${choices.join(', ')}` : type;
  return description ? `${kind}. ${description}` : kind;
}

/** What was typed, as a value of the parameter's type where it is one; a text that subscribes stays a text. */
export function typed(text: string, { type }: Parameter): Json | undefined {
  if (text === '') return undefined;
  if (type === 'number') return toNumberOrText(text);
  if (type === 'boolean' && !hasTokens(text)) {
    const word = text.trim().toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
  }
  return text;
}
