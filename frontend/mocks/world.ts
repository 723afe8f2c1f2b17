import type {
  ActivityInstanceDetail,
  ActivityState,
  ComputerGroup,
  Counter,
  Draft,
  Finding,
  Folder,
  Instance,
  Job,
  Runbook,
  RunbookDocument,
  UserRef,
  Variable,
} from '../src/api/types';
import { activityTypes } from './catalogue';
import { restart, watch } from './samples';

/** A server in memory: enough of one to try the whole front end without the real one. */

export const me: UserRef = { id: 'u1', name: 'admin' };
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const now = (): string => new Date().toISOString();
let counter = 100;
export const newId = (): string => `id-${(counter += 1)}`;

export const folders: Folder[] = [
  { id: 'f0', parent_id: null, name: '', path: '', runbook_count: 0 },
  { id: 'f1', parent_id: 'f0', name: 'Operations', path: 'Operations', runbook_count: 2 },
  { id: 'f2', parent_id: 'f1', name: 'Linux', path: 'Operations/Linux', runbook_count: 0 },
  { id: 'f3', parent_id: 'f0', name: 'Service desk', path: 'Service desk', runbook_count: 0 },
];

const runbook = (id: string, document: RunbookDocument, more: Partial<Runbook>): Runbook => ({
  id,
  folder_id: 'f1',
  path: `Operations/${document.name}`,
  name: document.name,
  description: document.description ?? '',
  version: 3,
  is_monitor: false,
  checked_out_by: null,
  checked_out_at: null,
  updated_at: ago(90),
  active_jobs: 0,
  last_job: null,
  document,
  parameters: [],
  returned_data: (document.returned_data ?? []).map((item) => ({ type: 'text', description: '', ...item })),
  ...more,
});

export const runbooks = new Map<string, Runbook>([
  [
    'r1',
    runbook('r1', restart, {
      parameters: [
        {
          name: 'Process',
          type: 'text',
          required: true,
          default: null,
          description: 'Name of the program',
          choices: [],
        },
        { name: 'Attempts', type: 'number', required: false, default: 3, description: '', choices: [] },
        {
          name: 'Tell operators',
          type: 'boolean',
          required: false,
          default: true,
          description: '',
          choices: [],
        },
      ],
      last_job: { id: 'j1', status: 'failed', created_at: ago(13), ended_at: ago(12) },
    }),
  ],
  [
    'r2',
    runbook('r2', watch, {
      is_monitor: true,
      active_jobs: 1,
      checked_out_by: { id: 'u2', name: 'maria' },
      checked_out_at: ago(40),
      last_job: { id: 'j2', status: 'waiting', created_at: ago(300), ended_at: null },
    }),
  ],
]);

export const drafts = new Map<string, Draft>();

export const variables: Variable[] = [
  {
    id: 'v1',
    path: 'Ops/Mailbox',
    value: 'ops@example.org',
    encrypted: false,
    description: 'Where alarms go',
  },
  { id: 'v2', path: 'Ops/Options', value: '--verbose', encrypted: false, description: '' },
  { id: 'v3', path: 'Ops/Password', value: null, encrypted: true, description: 'Of the service account' },
];

export const counters: Counter[] = [
  {
    id: 'c1',
    path: 'Ops/Restarts today',
    value: 3,
    default_value: 0,
    minimum: 0,
    maximum: 10,
    description: 'Stops at ten',
  },
];

export const computerGroups: ComputerGroup[] = [
  {
    id: 'g1',
    path: 'Ops/Web',
    entries: [
      { kind: 'range', value: 'web[01-12].example.org' },
      { kind: 'name', value: 'proxy.example.org' },
    ],
    description: 'What visitors see',
  },
];

export const jobs = new Map<string, Job>();
export const instances = new Map<
  string,
  Instance & { document: RunbookDocument; activities: Record<string, ActivityState> }
>();
export const executions = new Map<string, ActivityInstanceDetail[]>();

export function newJob(of: Runbook, document: RunbookDocument, more: Partial<Job>): Job {
  const job: Job = {
    id: newId(),
    runbook_id: of.id,
    runbook_name: of.name,
    runbook_path: of.path,
    version: of.version ?? 1,
    status: 'running',
    is_monitor: of.is_monitor,
    parameters: {},
    created_by: me,
    created_at: now(),
    started_at: now(),
    ended_at: null,
    server: 'local',
    instance_count: 1,
    latest_instance_id: null,
    returned_data: [],
    error: null,
    reason: null,
    reason_code: null,
    parent: null,
    parent_job_id: null,
    parent_instance_id: null,
    stop: null,
    rerun_of: null,
    depth: 0,
    is_test: false,
    is_dry_run: false,
    kept: false,
    priority: 0,
    ...more,
  };
  const instance = {
    id: newId(),
    job_id: job.id,
    runbook_id: of.id,
    runbook_name: of.name,
    runbook_path: of.path,
    version: job.version,
    status: job.status,
    server: 'local',
    created_at: job.created_at,
    started_at: job.started_at,
    ended_at: job.ended_at,
    returned_data: job.returned_data,
    error: job.error,
    reason: null,
    reason_code: null,
    trigger: null,
    number: jobs.size + 1,
    document,
    activities: {},
  };
  job.latest_instance_id = instance.id;
  jobs.set(job.id, job);
  instances.set(instance.id, instance);
  executions.set(instance.id, []);
  return job;
}

export function check(document: RunbookDocument): Finding[] {
  const found: Finding[] = [];
  const place = { activity: null, link: null, property: null, position: null };
  for (const [id, activity] of Object.entries(document.activities ?? {})) {
    for (const input of activityTypes.find((type) => type.id === activity.type)?.inputs ?? []) {
      if (
        input.required &&
        input.default === null &&
        activity.inputs?.[input.name] === undefined &&
        !input.shown_when
      ) {
        found.push({
          severity: 'error',
          code: 'input-missing',
          message: `${input.label} is needed.`,
          fix: 'Give a value or subscribe to one.',
          place: { ...place, activity: id, property: input.name },
        });
      }
    }
  }
  (document.links ?? []).forEach((link, index) => {
    const covered = document.links?.some((each) => each.from === link.from && each !== link && each.include);
    if (!link.include && !covered) {
      found.push({
        severity: 'info',
        code: 'failure-not-covered',
        message: 'Nothing follows when the activity fails.',
        fix: 'Add a link for failed or warning.',
        place: { ...place, link: index },
      });
    }
  });
  return found;
}
