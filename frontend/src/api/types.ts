/** Wire types of /api/v1: snake_case, times ISO 8601 UTC, ids as text. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Row = Record<string, Json>;

export interface UserRef {
  id: string;
  name: string;
}

export interface Session {
  user: {
    id: string;
    name: string;
    display_name: string;
    role: string;
    must_change_password: boolean;
  };
  csrf_token: string;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Folder {
  id: string;
  parent_id: string | null;
  name: string;
  path: string;
  runbook_count: number;
}

export type JobStatus =
  'pending' | 'running' | 'waiting' | 'stopping' | 'held' | 'success' | 'warning' | 'failed' | 'canceled';
export type ActivityStatus = 'running' | 'success' | 'warning' | 'failed' | 'canceled' | 'in-doubt';

export interface JobRef {
  id: string;
  status: JobStatus;
  created_at: string;
  ended_at: string | null;
}

export type ValueType = 'text' | 'number' | 'boolean' | 'date-time';

export interface Parameter {
  name: string;
  type: ValueType;
  required: boolean;
  default: Json;
  description: string;
  choices: string[];
}

export interface ReturnedItem {
  name: string;
  type?: ValueType;
  description?: string;
}

export interface RunbookSummary {
  id: string;
  folder_id: string;
  path: string;
  name: string;
  description: string;
  version: number | null;
  is_monitor: boolean;
  checked_out_by: UserRef | null;
  checked_out_at: string | null;
  updated_at: string;
  active_jobs: number;
  last_job: JobRef | null;
}

export interface Runbook extends RunbookSummary {
  document: RunbookDocument | null;
  parameters: Parameter[];
  returned_data: ReturnedItem[];
}

export interface Draft {
  document: RunbookDocument;
  base_version: number | null;
  saved_at: string;
  revision: number;
  owner: UserRef;
}

export interface DraftSaved {
  revision: number;
  saved_at: string;
  findings: Finding[];
}

export interface Finding {
  severity: 'error' | 'warning' | 'info';
  code: string;
  message: string;
  fix: string;
  place: { activity: string | null; link: number | null; property: string | null; position: number | null };
}

export interface Version {
  version: number;
  checked_in_by: string;
  checked_in_at: string;
  comment: string;
}

export interface VersionDetail extends Version {
  document: RunbookDocument;
}

/* ---- The runbook document: one format for database, API and files; defaults are omitted. ---- */

export interface StatusCondition {
  status: ActivityStatus[];
}
export interface ItemCondition {
  item: string;
  operator: string;
  value?: string;
  upper?: string;
  case_sensitive?: boolean;
}
export type Condition =
  StatusCondition | ItemCondition | { all: Condition[] } | { any: Condition[] } | { not: Condition };

export interface Flatten {
  format?: 'lines' | 'separator' | 'csv' | 'json';
  separator?: string;
}

export interface Behaviour {
  flatten?: Flatten;
  report_failure?: boolean;
  report_after_seconds?: number;
  timeout_seconds?: number;
  retry?: { attempts?: number; delay_seconds?: number; backoff?: number };
  effect?: 'pure' | 'read' | 'idempotent' | 'verifiable' | 'once';
  in_doubt?: 'ask' | 'repeat' | 'fail' | 'succeed';
  parallel?: number;
}

export interface Looping {
  delay_seconds?: number;
  max_attempts?: number;
  max_seconds?: number;
  exit?: Condition[];
  do_not_exit?: Condition[];
}

export interface ActivityDefinition {
  type: string;
  name?: string;
  description?: string;
  position?: [number, number];
  enabled?: boolean;
  inputs?: Record<string, Json>;
  behaviour?: Behaviour;
  looping?: Looping;
}

export interface LinkDefinition {
  from: string;
  to: string;
  name?: string;
  include?: Condition[];
  exclude?: Condition[];
  delay_seconds?: number;
  enabled?: boolean;
  color?: string;
  width?: number;
}

export interface RunbookSettings {
  max_simultaneous_jobs?: number;
  max_monitor_instances?: number;
  timeout_seconds?: number;
  report_after_seconds?: number;
  report_failure?: boolean;
  servers?: string[];
  schedule?: string;
  recovery?: 'resume' | 'restart' | 'fail' | 'hold';
  start_monitor_on_check_in?: boolean;
}

export interface RunbookDocument {
  orchestrion: 'runbook/1';
  name: string;
  description?: string;
  settings?: RunbookSettings;
  returned_data?: ReturnedItem[];
  activities?: Record<string, ActivityDefinition>;
  links?: LinkDefinition[];
}

/* ---- Catalogue ---- */

export type FieldKind =
  | 'text'
  | 'multiline'
  | 'number'
  | 'boolean'
  | 'choice'
  | 'secret'
  | 'path'
  | 'code'
  | 'computer'
  | 'duration'
  | 'date-time'
  | 'list'
  | 'table'
  | 'mapping';

export interface Field {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  default: Json;
  choices: string[];
  help: string;
  tab: string;
  language: string;
  columns: Field[];
  shown_when: { input: string; values: string[] } | null;
}

export interface PublishedItem {
  name: string;
  type: ValueType;
  description: string;
  many: boolean;
}

export interface ActivityType {
  id: string;
  pack: string;
  name: string;
  category: string;
  kind: 'activity' | 'monitor' | 'control';
  summary: string;
  icon: string | null;
  effect: { default: string; by_input: { input: string; values: Record<string, string> } | null };
  guarantee: string | null;
  inputs: Field[];
  published: PublishedItem[];
  dynamic_items: { input: string; name_column: string; type_column: string } | null;
}

/* ---- Operations ---- */

export interface Job {
  id: string;
  runbook_id: string;
  runbook_name: string;
  runbook_path: string;
  version: number;
  status: JobStatus;
  is_monitor: boolean;
  parameters: Record<string, Json>;
  created_by: UserRef;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  server: string | null;
  instance_count: number;
  latest_instance_id: string | null;
  returned_data: Row[];
  error: string | null;
  reason: string | null;
  parent: { job_id: string; instance_id: string } | null;
}

export interface Trigger {
  id: string;
  key: string;
  at: string;
  published: Row;
  instance_id: string | null;
  status: JobStatus;
}

export interface Instance {
  id: string;
  job_id: string;
  runbook_id: string;
  runbook_name: string;
  runbook_path: string;
  version: number;
  status: JobStatus;
  server: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  returned_data: Row[];
  error: string | null;
  reason: string | null;
  trigger: Row | null;
  number: number;
}

export interface ActivityState {
  status: ActivityStatus;
  executions: number;
  failed: number;
  running: number;
  last_started_at: string | null;
  last_duration_seconds: number | null;
}

export interface InstanceDetail extends Instance {
  document: RunbookDocument;
  activities: Record<string, ActivityState>;
  previous_id: string | null;
  next_id: string | null;
  latest_id: string | null;
}

export interface ActivityInstance {
  id: string;
  sequence: number;
  activity_id: string;
  activity_name: string;
  type: string;
  status: ActivityStatus;
  started_at: string;
  ended_at: string | null;
  duration_seconds: number | null;
  error: string | null;
  attempt: number;
  retry: number;
  record: number;
  effect: string;
  record_count: number;
}

export interface ActivityInstanceDetail extends ActivityInstance {
  inputs: Record<string, Json>;
  records: Row[];
  common: Row;
  evidence: Json;
}

export interface Doubt extends ActivityInstance {
  instance_id: string;
  job_id: string;
  runbook_name: string;
  reason: string;
}

export interface OperatorEvent {
  id: string;
  at: string;
  type: 'Information' | 'Warning' | 'Error';
  summary: string;
  details: string;
  source: string;
  job_id: string | null;
  instance_id: string | null;
  runbook_name: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  user: string;
  action: string;
  object_type: string;
  object_id: string;
  object_name: string;
  details: Row;
  origin: string;
}

export interface RunbookServer {
  id: string;
  name: string;
  status: 'online' | 'offline' | 'draining';
  role: string;
  version: string;
  packs: { id: string; version: string }[];
  capacity: number;
  running: number;
  last_seen_at: string | null;
  started_at: string | null;
}

export interface Variable {
  id: string;
  path: string;
  value: Json;
  encrypted: boolean;
  description: string;
}

export interface ApiToken {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
  /** Only in the answer that made it. */
  token?: string;
}

export type HealthStatus = 'ok' | 'warning' | 'error';

export interface Health {
  status: HealthStatus;
  checks: { name: string; status: HealthStatus; detail: string }[];
}
