import { expect, it } from 'vitest';
import type { ActivityState, RunbookDocument } from '@/api/types';
import { likelyBeginning } from './activities';

const state = (status: ActivityState['status']): ActivityState => ({
  status,
  executions: 1,
  failed: 0,
  running: 0,
  last_started_at: null,
  last_duration_seconds: null,
});
const document: RunbookDocument = {
  orchestrion: 'runbook/1',
  name: 'T',
  activities: { a: { type: 't.t' }, b: { type: 't.t' }, c: { type: 't.t' } },
};

it('begins a rerun at what failed', () => {
  const activities = { a: state('success'), b: state('failed'), c: state('warning') };
  expect(likelyBeginning({ document, activities })).toEqual(['b']);
});

it('begins a rerun at the beginning when all went well', () => {
  expect(likelyBeginning({ document, activities: { a: state('success') } })).toEqual(['a']);
});
