import type { ActivityType, Field, PublishedItem, ValueType } from '../src/api/types';

/** A few activity types with every kind of field, as a server would announce them. */

const field = (name: string, label: string, more: Partial<Field> = {}): Field => ({
  name,
  label,
  kind: 'text',
  required: false,
  default: null,
  choices: [],
  help: '',
  tab: 'Details',
  language: '',
  columns: [],
  shown_when: null,
  ...more,
});

const item = (name: string, type: ValueType = 'text', many = false): PublishedItem => ({
  name,
  type,
  description: '',
  many,
});

const type = (
  id: string,
  name: string,
  category: string,
  more: Partial<ActivityType> = {},
): ActivityType => ({
  id,
  pack: id.split('.')[0] ?? '',
  name,
  category,
  kind: 'activity',
  summary: '',
  icon: null,
  effect: { default: 'read', by_input: null },
  guarantee: null,
  inputs: [],
  published: [],
  dynamic_items: null,
  ...more,
});

const rows = (columns: Field[]): Partial<Field> => ({ kind: 'table', columns });
const TYPES = ['text', 'number', 'boolean', 'date-time'];

export const activityTypes: ActivityType[] = [
  type('runbook-control.initialize-data', 'Initialize Data', 'Runbook Control', {
    kind: 'control',
    summary: 'Declares the parameters a runbook is started with.',
    inputs: [
      field('parameters', 'Parameters', {
        ...rows([
          field('name', 'Name', { required: true }),
          field('type', 'Type', { kind: 'choice', choices: TYPES, default: 'text' }),
          field('required', 'Required', { kind: 'boolean', default: true }),
          field('default', 'Default'),
          field('description', 'Description'),
        ]),
        help: 'What whoever starts the runbook is asked for.',
      }),
    ],
    dynamic_items: { input: 'parameters', name_column: 'name', type_column: 'type' },
  }),
  type('runbook-control.return-data', 'Return Data', 'Runbook Control', {
    kind: 'control',
    summary: 'Fills the data the runbook gives back.',
    inputs: [field('values', 'Values', { kind: 'mapping' })],
  }),
  type('runbook-control.junction', 'Junction', 'Runbook Control', {
    kind: 'control',
    summary: 'Waits for several branches, then goes on once.',
    inputs: [field('return_data_from', 'Return data from', { kind: 'activity', default: [] })],
  }),
  type('runbook-control.for-each', 'For Each', 'Runbook Control', {
    kind: 'control',
    summary: 'Runs a group of activities once per item.',
    inputs: [
      field('items', 'Items', { kind: 'list', default: [] }),
      field('return_data_from', 'Return data from', { kind: 'activity', default: '' }),
    ],
    published: [item('Item'), item('Number', 'number')],
  }),
  type('runbook-control.while', 'While', 'Runbook Control', {
    kind: 'control',
    summary: 'Runs a group of activities as long as a condition holds.',
    inputs: [
      field('condition', 'Condition', { kind: 'boolean', required: true }),
      field('return_data_from', 'Return data from', { kind: 'activity', default: '' }),
    ],
    published: [item('Round', 'number')],
  }),
  type('runbook-control.invoke-runbook', 'Invoke Runbook', 'Runbook Control', {
    kind: 'control',
    summary: 'Starts another runbook.',
    inputs: [
      field('runbook', 'Runbook', { required: true, kind: 'runbook' }),
      field('by_path', 'Invoke by path', { kind: 'boolean', default: false }),
      field('wait', 'Wait for completion', { kind: 'boolean', default: true }),
      field('parameters', 'Parameters', { kind: 'mapping' }),
    ],
  }),
  type('monitoring.monitor-event-log', 'Monitor Event Log', 'Monitoring', {
    kind: 'monitor',
    summary: 'Starts the runbook when a matching line appears in a log.',
    inputs: [
      field('event_log', 'Event log', { required: true, default: 'journal' }),
      field('filters', 'Filters', {
        ...rows([
          field('property', 'Property', {
            kind: 'choice',
            choices: ['Description', 'Source', 'Level'],
            required: true,
          }),
          field('relation', 'Relation', {
            kind: 'choice',
            choices: ['Contains', 'Equals', 'Matches'],
            required: true,
          }),
          field('value', 'Value'),
        ]),
        tab: 'Filters',
      }),
    ],
    published: [item('Description'), item('Source'), item('Time', 'date-time')],
  }),
  type('system.run-program', 'Run Program', 'System', {
    summary: 'Starts a program on the runbook server and collects its output.',
    effect: { default: 'once', by_input: null },
    icon: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="black" stroke-width="2"><path d="M5 7l5 5-5 5M12 19h7"/></svg>',
    inputs: [
      field('mode', 'Mode', {
        kind: 'choice',
        choices: ['Program', 'Command'],
        default: 'Program',
        required: true,
      }),
      field('program', 'Program path', {
        kind: 'path',
        required: true,
        shown_when: { input: 'mode', values: ['Program'] },
      }),
      field('arguments', 'Arguments', { kind: 'list', shown_when: { input: 'mode', values: ['Program'] } }),
      field('command', 'Command', {
        kind: 'code',
        language: 'shell',
        required: true,
        shown_when: { input: 'mode', values: ['Command'] },
      }),
      field('computer', 'Computer', { kind: 'computer' }),
      field('timeout', 'Terminate after', {
        kind: 'duration',
        default: 0,
        tab: 'Advanced',
        help: '0: no limit.',
      }),
      field('user', 'User name', { tab: 'Credentials' }),
      field('password', 'Password', { kind: 'secret', tab: 'Credentials' }),
    ],
    published: [item('Program output'), item('Program exit code', 'number'), item('Process ID', 'number')],
  }),
  type('system.get-process-status', 'Get Process Status', 'System', {
    summary: 'Looks whether a process runs.',
    inputs: [
      field('process', 'Process', { required: true }),
      field('computer', 'Computer', { kind: 'computer' }),
    ],
    published: [
      item('Process name', 'text', true),
      item('Process ID', 'number', true),
      item('Number of instances', 'number'),
    ],
  }),
  type('textfiles.read-line', 'Read Line', 'Text File Management', {
    summary: 'Reads lines of a text file; each is a record.',
    inputs: [
      field('file', 'File', { kind: 'path', required: true }),
      field('lines', 'Line numbers', { default: 'all', help: 'For example 1,3,5-8' }),
    ],
    published: [item('Line text', 'text', true), item('Line number', 'number', true), item('File path')],
  }),
  type('files.copy-file', 'Copy File', 'File Management', {
    effect: { default: 'idempotent', by_input: null },
    inputs: [
      field('source', 'Source', { kind: 'path', required: true }),
      field('destination', 'Destination', { kind: 'path', required: true }),
      field('since', 'Only if changed since', { kind: 'date-time' }),
    ],
    published: [item('Files copied', 'number'), item('Destination file')],
  }),
  type('email.send-email', 'Send Email', 'Email', {
    summary: 'Sends a message.',
    effect: { default: 'once', by_input: null },
    inputs: [
      field('to', 'To', { kind: 'list', required: true }),
      field('subject', 'Subject', { required: true }),
      field('message', 'Message', { kind: 'multiline' }),
      field('port', 'Port', { kind: 'number', default: 25, tab: 'Connection' }),
    ],
    published: [item('Message ID')],
  }),
  type('scheduling.check-schedule', 'Check Schedule', 'Scheduling', {
    published: [item('Conforms', 'boolean')],
  }),
  type('notification.send-event', 'Send Platform Event', 'Notification', {
    inputs: [
      field('summary', 'Summary', { required: true }),
      field('details', 'Details', { kind: 'multiline' }),
    ],
  }),
  type('utilities.run-python', 'Run Python Script', 'Utilities', {
    inputs: [
      field('script', 'Script', { kind: 'code', language: 'python', required: true }),
      field(
        'published',
        'Published data',
        rows([
          field('name', 'Name', { required: true }),
          field('type', 'Type', { kind: 'choice', choices: TYPES, default: 'text' }),
        ]),
      ),
    ],
    dynamic_items: { input: 'published', name_column: 'name', type_column: 'type' },
  }),
];
