import { describe, expect, it } from 'vitest';
import type { Finding } from '@/api/types';
import { filterInWords, inWords, operatorsFor, toneOf } from './conditions';
import { beginsStep } from './intent';
import { isShown, tabsOf } from './inputs';
import { byCategory, found } from './palette';
import { parametersOf } from './parameters';
import { findingsOf, generalFindings, marksOf, worstOf } from './problems';
import { arrows, boxes, linkUnder, spokenName } from './graph';
import { setInput } from './edits';
import { drawn, type } from './testing';

const link = { from: 'a', to: 'b' };
const finding = (severity: Finding['severity'], place: Partial<Finding['place']>): Finding => ({
  severity,
  code: 'x',
  message: 'm',
  fix: '',
  place: { activity: null, link: null, property: null, position: null, ...place },
});

describe('conditions in words', () => {
  it('says nothing of the usual filter and "always" of an empty one', () => {
    expect([filterInWords(link), filterInWords({ ...link, include: [] })]).toEqual(['', 'always']);
  });

  it('says groups with their word', () => {
    const item = { item: 'Size', operator: 'is between', value: '1', upper: '2' };
    expect(inWords({ all: [item, { not: { status: ['failed'] } }] })).toBe(
      '(Size is between 1 and 2 and not (failed))',
    );
  });

  it('tells the links of failures from those of success', () => {
    expect(toneOf({ ...link, include: [{ status: ['failed', 'warning'] }] })).toBe('failure');
    expect(toneOf({ ...link, include: [{ status: ['failed', 'success'] }] })).toBe('always');
  });

  it('offers order for numbers and none for booleans', () => {
    expect(operatorsFor('number')).toContain('is less than');
    expect(operatorsFor('boolean')).not.toContain('is less than');
  });
});

describe('steps of undo', () => {
  it('join edits of one intent that follow closely', () => {
    expect(beginsStep({ key: 'a', at: 0 }, { key: 'a', at: 500 })).toBe(false);
  });

  it('begin with another intent, after a pause, and for every edit without a key', () => {
    expect(beginsStep({ key: 'a', at: 0 }, { key: 'b', at: 1 })).toBe(true);
    expect(beginsStep({ key: 'a', at: 0 }, { key: 'a', at: 9_000 })).toBe(true);
    expect(beginsStep({ key: '', at: 0 }, { key: '', at: 1 })).toBe(true);
  });
});

describe('findings', () => {
  it('stand at their activity or link, the worst first', () => {
    const marks = marksOf([
      finding('info', { activity: 'a' }),
      finding('error', { activity: 'a' }),
      finding('warning', { link: 1 }),
    ]);
    expect(worstOf(marks.activities.get('a') ?? [])).toBe('error');
    expect(marks.links.get(1)).toHaveLength(1);
  });

  it('of a row belong to the input that has the row', () => {
    const row = finding('error', { activity: 'a', property: 'parameters[0]' });
    expect(findingsOf([row], 'a', 'parameters')).toEqual([row]);
    expect(generalFindings([row], 'a', ['parameters'])).toEqual([]);
    expect(generalFindings([row], 'a', ['other'])).toEqual([row]);
  });
});

describe('inputs', () => {
  const field = {
    kind: 'text',
    required: false,
    default: null,
    choices: [],
    help: '',
    language: '',
    columns: [],
  } as const;
  const mode = {
    ...field,
    columns: [],
    choices: [],
    name: 'mode',
    label: '',
    tab: 'Details',
    default: 'A',
    shown_when: null,
  };
  const other = { ...mode, name: 'other', tab: 'More', shown_when: { input: 'mode', values: ['B'] } };
  const kind = type('t.t', { inputs: [mode, other] });

  it('hide a field whose condition does not hold, defaults counted', () => {
    expect([isShown(other, kind, {}), isShown(other, kind, { mode: 'B' })]).toEqual([false, true]);
  });

  it('show no tab without a field', () => {
    expect(tabsOf(kind, {})).toEqual(['Details']);
  });
});

describe('the Activities pane', () => {
  const types = [
    type('a.run', { name: 'Run', category: 'Z' }),
    type('b.x', { name: 'X', summary: 'can run', category: 'B' }),
  ];

  it('finds by name before it finds by summary', () => {
    expect(found([...types].reverse(), 'run').map((each) => each.name)).toEqual(['Run', 'X']);
  });

  it('sorts categories, control first', () => {
    const control = type('c.c', { category: 'Y', kind: 'control' });
    expect(byCategory([...types, control]).map((group) => group.category)).toEqual(['Y', 'B', 'Z']);
  });
});

describe('the canvas', () => {
  const types = new Map([['test.step', type('test.step', { name: 'Step' })]]);
  const none = marksOf([]);

  it('names a box by name, type and status', () => {
    const state = {
      status: 'failed',
      executions: 1,
      failed: 1,
      running: 0,
      last_started_at: null,
      last_duration_seconds: null,
    } as const;
    const [idle, failed] = boxes(drawn(['a', 'b']), types, none, { b: state });
    expect([idle && spokenName(idle), failed && spokenName(failed)]).toEqual([
      'A, Step, not run',
      'B, Step, failed',
    ]);
  });

  it('draws no arrow to what is not there', () => {
    expect(arrows(drawn(['a'], ['a>gone']), none)).toEqual([]);
  });

  it('finds the link under a dropped box', () => {
    const document = drawn(['a', 'b'], ['a>b']);
    expect([linkUnder(document, { x: 150, y: 10 }, ''), linkUnder(document, { x: 150, y: 200 }, '')]).toEqual(
      [0, null],
    );
  });
});

it('reads parameters as the server does', () => {
  const initialize = drawn(['a']);
  const document = setInput(
    { ...initialize, activities: { a: { type: 'runbook-control.initialize-data' } } },
    'a',
    'parameters',
    [{ name: 'P', type: 'number', default: 3, required: false }, { name: '' }, 'x'],
  );
  expect(parametersOf(document)).toEqual([
    { name: 'P', type: 'number', default: 3, required: false, description: '', choices: [] },
  ]);
});
