import { expect, it } from 'vitest';
import type { Parameter } from '@/api/types';
import { complaint, initialAnswers, toValues } from './parameters';

const parameter = (more: Partial<Parameter>): Parameter => ({
  name: 'P',
  type: 'text',
  required: true,
  default: null,
  description: '',
  choices: [],
  ...more,
});

it('asks for what is required and has no value', () => {
  expect(complaint(parameter({}), ' ')).toBe('A value is needed.');
  expect(complaint(parameter({ required: false }), '')).toBeNull();
});

it('refuses what is no number or no date', () => {
  expect(complaint(parameter({ type: 'number' }), 'two')).toBe('This is not a number.');
  expect(complaint(parameter({ type: 'date-time' }), 'soon')).toBe('This is not a date.');
});

it('begins with the defaults', () => {
  const parameters = [
    parameter({ default: 3, type: 'number' }),
    parameter({ name: 'B', type: 'boolean', default: true }),
  ];
  expect(initialAnswers(parameters)).toEqual({ P: '3', B: true });
});

it('sends typed values and leaves out what is empty', () => {
  const parameters = [
    parameter({ type: 'number' }),
    parameter({ name: 'Q' }),
    parameter({ name: 'B', type: 'boolean' }),
  ];
  expect(toValues(parameters, { P: '4', Q: '', B: false })).toEqual({ P: 4, B: false });
});
