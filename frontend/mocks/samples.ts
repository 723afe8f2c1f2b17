import type { RunbookDocument } from '../src/api/types';

export const restart: RunbookDocument = {
  orchestrion: 'runbook/1',
  name: 'Restart a process',
  description: 'Looks whether the process runs; starts it again and tells the operators.',
  returned_data: [{ name: 'pid', type: 'number', description: 'New process id' }],
  activities: {
    start: {
      type: 'runbook-control.initialize-data',
      name: 'Initialize Data',
      position: [0, 100],
      inputs: {
        parameters: [
          { name: 'Process', type: 'text', required: true, description: 'Name of the program' },
          { name: 'Attempts', type: 'number', required: false, default: 3 },
          { name: 'Tell operators', type: 'boolean', required: false, default: true },
        ],
      },
    },
    check: {
      type: 'system.get-process-status',
      name: 'Look for the process',
      position: [300, 100],
      inputs: { process: '{{ start["Process"] }}' },
    },
    run: {
      type: 'system.run-program',
      name: 'Start it again',
      position: [600, 20],
      inputs: {
        program: '/usr/bin/{{ start["Process"] }}',
        arguments: ['--daemon', '{{ var["Ops/Options"] }}'],
      },
      looping: { delay_seconds: 5, max_attempts: 10 },
    },
    mail: {
      type: 'email.send-email',
      name: 'Tell the operators',
      position: [900, 160],
      inputs: {
        to: ['{{ var["Ops/Mailbox"] }}'],
        subject: '{{ start["Process"] }} was restarted',
        message: 'New process id: {{ run["Process ID"] }}\nOutput:\n{{ run["Program output"] }}',
      },
    },
    note: {
      type: 'notification.send-event',
      name: 'Note that it runs',
      position: [600, 200],
      inputs: { summary: '{{ start["Process"] }} runs', details: '{{ check["Process ID"] }}' },
    },
    back: {
      type: 'runbook-control.return-data',
      name: 'Return Data',
      position: [900, 20],
      inputs: { values: { pid: '{{ run["Process ID"] }}' } },
    },
  },
  links: [
    { from: 'start', to: 'check' },
    { from: 'check', to: 'run', include: [{ item: 'Number of instances', operator: 'equals', value: '0' }] },
    {
      from: 'check',
      to: 'note',
      include: [{ item: 'Number of instances', operator: 'is greater than', value: '0' }],
    },
    { from: 'run', to: 'back' },
    { from: 'run', to: 'mail', include: [{ status: ['warning', 'failed'] }], delay_seconds: 10 },
  ],
};

export const watch: RunbookDocument = {
  orchestrion: 'runbook/1',
  name: 'Watch the journal',
  activities: {
    monitor: {
      type: 'monitoring.monitor-event-log',
      name: 'Monitor Event Log',
      position: [0, 0],
      inputs: {
        event_log: 'journal',
        filters: [{ property: 'Description', relation: 'Contains', value: 'stopped' }],
      },
    },
    event: {
      type: 'notification.send-event',
      name: 'Send Platform Event',
      position: [300, 0],
      inputs: { summary: '{{ monitor["Description"] }}' },
    },
  },
  links: [{ from: 'monitor', to: 'event', include: [] }],
};
