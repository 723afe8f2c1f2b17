import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Field, Json, Parameter, RunbookDocument } from '@/api/types';
import { drawn, grouped } from '../../model/testing';
import { EditingContext, NO_NAMES } from '../../state/context';
import { createEditor } from '../../state/store';
import { ActivityField } from './ActivityField';
import { ParameterRows, typed } from './ParameterRows';

const field = (more: Partial<Field>): Field => ({
  name: 'return_data_from',
  label: 'Return data from',
  kind: 'activity',
  required: false,
  default: '',
  choices: [],
  help: '',
  tab: 'Details',
  language: '',
  columns: [],
  shown_when: null,
  ...more,
});

function show(document: RunbookDocument, id: string, value: Json | undefined, more: Partial<Field> = {}) {
  const onChange = vi.fn();
  const editing = { editor: createEditor(document), saver: null, types: new Map(), names: NO_NAMES };
  render(
    <MantineProvider env="test">
      <EditingContext value={editing}>
        <ActivityField id={id} field={field(more)} value={value} onChange={onChange} disabled={false} />
      </EditingContext>
    </MantineProvider>,
  );
  return onChange;
}

const offered = async () => {
  await userEvent.click(screen.getByRole('combobox', { name: 'Return data from' }));
  return screen.getAllByRole('option').map((option) => option.textContent);
};

it('offers a group its members, and none', async () => {
  show(grouped({ loop: ['a', 'b'] }, ['c']), 'loop', undefined);
  expect(await offered()).toEqual(['None', 'A', 'B']);
});

it('offers a junction what precedes it, several at once', async () => {
  const onChange = show(drawn(['a', 'b', 'join', 'c'], ['a>join', 'b>join', 'join>c']), 'join', ['a'], {
    default: [],
  });
  expect(await offered()).toEqual(['A', 'B']);
  await userEvent.click(screen.getByRole('option', { name: 'B' }));
  expect(onChange).toHaveBeenCalledWith(['a', 'b']);
});

it('keeps a choice that is not possible any more, and says so', async () => {
  show(grouped({ loop: ['a'] }, ['c']), 'loop', 'c');
  expect(await offered()).toEqual(['None', 'A', 'C (not possible here)']);
});

const parameter = (name: string, type: Parameter['type']): Parameter => ({
  name,
  type,
  required: true,
  default: null,
  description: '',
  choices: [],
});

it.each<[string, Parameter['type'], Json | undefined]>([
  ['3', 'number', 3],
  ['True', 'boolean', true],
  ['{{ a["x"] }}', 'boolean', '{{ a["x"] }}'],
  ['3', 'text', '3'],
  ['', 'text', undefined],
])('takes %j for a parameter of type %s as %j', (text, type, value) => {
  expect(typed(text, parameter('P', type))).toBe(value);
});

it('shows a row per parameter, and those the runbook does not know can be removed', async () => {
  const onChange = vi.fn();
  const editing = { editor: createEditor(drawn(['a'])), saver: null, types: new Map(), names: NO_NAMES };
  render(
    <MantineProvider env="test">
      <EditingContext value={editing}>
        <ParameterRows
          parameters={[parameter('Count', 'number')]}
          field={field({ label: 'Parameters', kind: 'mapping' })}
          value={{ Old: 'x', Count: 1 }}
          onChange={onChange}
          disabled={false}
        />
      </EditingContext>
    </MantineProvider>,
  );
  expect(screen.getByRole('textbox', { name: /Count/ })).toHaveValue('1');
  await userEvent.click(screen.getByRole('button', { name: 'Remove Old' }));
  expect(onChange).toHaveBeenCalledWith({ Count: 1 });
});
