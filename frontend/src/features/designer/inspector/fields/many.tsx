import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Field, Json } from '@/api/types';
import { isObject } from '../../model/json';
import classes from './fields.module.css';
import { type FieldProps, InputField } from './InputField';
import { TokenInput } from './TokenInput';
import { toText } from './values';

interface FrameProps {
  field: Field;
  error: string | undefined;
  disabled: boolean;
  add: string;
  onAdd: () => void;
  children: ReactNode;
}

function Frame({ field, error, disabled, add, onAdd, children }: FrameProps) {
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>
        {field.label}
        {field.required ? ' *' : ''}
      </legend>
      {field.help ? <p className={classes.help}>{field.help}</p> : null}
      {children}
      {error ? <div className={classes.error}>{error}</div> : null}
      {disabled ? null : (
        <Button size="compact-xs" variant="light" leftSection={<IconPlus size={12} />} onClick={onAdd}>
          {add}
        </Button>
      )}
    </fieldset>
  );
}

function Remove({
  label,
  onClick,
  className,
}: {
  label: string;
  onClick: () => void;
  className?: string | undefined;
}) {
  return (
    <ActionIcon size="sm" aria-label={label} onClick={onClick} className={className}>
      <IconTrash size={14} />
    </ActionIcon>
  );
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const orNothing = (items: Json[]): Json[] | undefined => (items.length ? items : undefined);

/** A list of texts, each able to subscribe. */
export function ListField({ field, value, onChange, error, disabled }: FieldProps) {
  const items = listOf(value ?? field.default);
  const put = (index: number, text: string) =>
    onChange(items.map((item, at) => (at === index ? text : item)));
  return (
    <Frame {...{ field, error, disabled }} add="Add entry" onAdd={() => onChange([...items, ''])}>
      {items.map((item, index) => (
        <div key={index} className={classes.row}>
          <TokenInput
            bare
            label={`${field.label} ${index + 1}`}
            value={toText(item)}
            onChange={(text) => put(index, text)}
            disabled={disabled}
          />
          {disabled ? null : (
            <Remove
              label={`Remove ${field.label} ${index + 1}`}
              onClick={() => onChange(orNothing(items.filter((_, at) => at !== index)))}
            />
          )}
        </div>
      ))}
    </Frame>
  );
}

/** Rows of named columns; each row is a card, so that it fits the panel. */
export function TableField({ field, value, onChange, error, disabled }: FieldProps) {
  const rows = listOf(value ?? field.default).filter(isObject) as Record<string, Json>[];
  const put = (index: number, column: string, cell: Json | undefined) =>
    onChange(rows.map((row, at) => (at === index ? changed(row, column, cell) : row)));
  return (
    <Frame {...{ field, error, disabled }} add="Add row" onAdd={() => onChange([...rows, newRow(field)])}>
      {rows.map((row, index) => (
        <div
          key={index}
          className={classes.card}
          role="group"
          aria-label={`${field.label}, row ${index + 1}`}
        >
          {field.columns.map((column) => (
            <div key={column.name} data-wide={isWide(column) || undefined}>
              <InputField
                field={column}
                value={row[column.name]}
                onChange={(cell) => put(index, column.name, cell)}
                disabled={disabled}
              />
            </div>
          ))}
          {disabled ? null : (
            <Remove
              className={classes.remove}
              label={`Remove row ${index + 1} of ${field.label}`}
              onClick={() => onChange(orNothing(rows.filter((_, at) => at !== index)))}
            />
          )}
        </div>
      ))}
    </Frame>
  );
}

const WIDE = new Set(['multiline', 'code', 'list', 'path']);
const isWide = ({ kind, name }: Field): boolean =>
  WIDE.has(kind) || name === 'description' || name === 'value';

/** A new row holds what a reader of the document would otherwise miss: the required columns' defaults. */
const newRow = (field: Field): Record<string, Json> =>
  Object.fromEntries(
    field.columns.filter(({ required }) => required).map((column) => [column.name, column.default ?? '']),
  );

function changed(row: Record<string, Json>, column: string, cell: Json | undefined): Record<string, Json> {
  const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== column));
  return cell === undefined ? rest : { ...rest, [column]: cell };
}

/** Names and values; the order stays while a name is typed. */
export function MappingField({ field, value, onChange, error, disabled }: FieldProps) {
  const map = value ?? field.default;
  const pairs = isObject(map) ? Object.entries<Json>(map as Record<string, Json>) : [];
  const put = (next: [string, Json][]) => onChange(next.length ? Object.fromEntries(next) : undefined);
  const replace = (index: number, pair: [string, Json]) =>
    put(pairs.map((old, at) => (at === index ? pair : old)));
  const add = () => {
    let number = pairs.length + 1;
    while (pairs.some(([name]) => name === `name ${number}`)) number += 1;
    put([...pairs, [`name ${number}`, '']]);
  };
  return (
    <Frame {...{ field, error, disabled }} add="Add value" onAdd={add}>
      {pairs.map(([name, item], index) => (
        <div
          key={index}
          className={classes.card}
          role="group"
          aria-label={`${field.label}, row ${index + 1}`}
        >
          <div data-wide>
            <TextInput
              label="Name"
              value={name}
              readOnly={disabled}
              onChange={(event) => {
                const renamed = event.currentTarget.value;
                if (!pairs.some(([other], at) => at !== index && other === renamed))
                  replace(index, [renamed, item]);
              }}
            />
          </div>
          <div data-wide>
            <TokenInput
              label="Value"
              value={toText(item)}
              onChange={(text) => replace(index, [name, text])}
              disabled={disabled}
            />
          </div>
          {disabled ? null : (
            <Remove
              className={classes.remove}
              label={`Remove ${name}`}
              onClick={() => put(pairs.filter((_, at) => at !== index))}
            />
          )}
        </div>
      ))}
    </Frame>
  );
}
