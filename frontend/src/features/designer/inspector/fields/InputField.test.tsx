import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Field, Json } from '@/api/types';
import { drawn } from '../../model/testing';
import { EditingContext, NO_NAMES } from '../../state/context';
import { createEditor } from '../../state/store';
import { InputField } from './InputField';

const TRIGGERS: Field = {
  name: 'triggers',
  label: 'Triggers',
  kind: 'list',
  required: false,
  default: ['created'],
  choices: ['created', 'changed', 'deleted'],
  help: '',
  tab: 'Details',
  language: '',
  columns: [],
  shown_when: null,
};

function show(value: Json | undefined) {
  const onChange = vi.fn();
  const editing = { editor: createEditor(drawn(['a'])), saver: null, types: new Map(), names: NO_NAMES };
  render(
    <MantineProvider env="test">
      <EditingContext value={editing}>
        <InputField field={TRIGGERS} value={value} onChange={onChange} disabled={false} />
      </EditingContext>
    </MantineProvider>,
  );
  return onChange;
}

const pick = async (choice: string) => {
  await userEvent.click(screen.getByRole('combobox', { name: 'Triggers' }));
  await userEvent.click(screen.getByRole('option', { name: choice }));
};

it('offers the choices of a list, and keeps what was picked in their order', async () => {
  const onChange = show(['deleted']);
  await pick('changed');
  expect(onChange).toHaveBeenCalledWith(['changed', 'deleted']);
});

it('leaves the default out of the document', async () => {
  const onChange = show(['created', 'deleted']);
  await pick('deleted');
  expect(onChange).toHaveBeenCalledWith(undefined);
});

it('can pick nothing although the default is something', async () => {
  const onChange = show(undefined);
  await pick('created');
  expect(onChange).toHaveBeenCalledWith([]);
});

it('keeps an entry that is no choice any more until it is removed', async () => {
  const onChange = show(['moved']);
  await pick('created');
  expect(onChange).toHaveBeenCalledWith(['created', 'moved']);
});

it('shows entries as texts when one of them is a subscription', () => {
  show(['created', '{{ start["kind"] }}']);
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(screen.getByRole('group', { name: 'Triggers' })).toBeVisible();
});
