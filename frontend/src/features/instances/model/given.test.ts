import { describe, expect, it } from 'vitest';
import { changedInputs, recordsOf, valueOf } from './given';

const item = (name: string, type: 'text' | 'number' | 'boolean') => ({
  name,
  type,
  description: '',
  many: false,
});

describe('records typed by hand', () => {
  it('have the types of the items they name', () => {
    const rows = [
      [
        { item: 'Count', text: ' 3 ' },
        { item: 'Ok', text: 'True' },
        { item: 'Line', text: '4' },
      ],
    ];
    expect(recordsOf(rows, [item('Count', 'number'), item('Ok', 'boolean')])).toEqual([
      { Count: 3, Ok: true, Line: '4' },
    ]);
  });

  it('leave out cells without a name', () => {
    expect(recordsOf([[{ item: ' ', text: 'x' }]], [])).toEqual([{}]);
  });

  it('keep a text that is no number', () => {
    expect(valueOf('many', 'number')).toBe('many');
  });
});

describe('edited inputs', () => {
  const before = { file: '/a', lines: 3, to: ['x'] };

  it('are those that differ', () => {
    expect(changedInputs(before, { file: '/a', lines: '3', to: '["x"]' })).toEqual({});
  });

  it('keep the kind they had', () => {
    expect(changedInputs(before, { file: '7', lines: '4', to: '["x","y"]' })).toEqual({
      file: '7',
      lines: 4,
      to: ['x', 'y'],
    });
  });

  it('stay a text when they are no JSON', () => {
    expect(changedInputs(before, { lines: 'all' })).toEqual({ lines: 'all' });
  });
});
