import type { components } from './schema';

/** Names for the API's bodies. What the description leaves open (documents, JSON values) is narrowed here. */

type Schemas = components['schemas'];
type Narrowed<Body, Members> = Omit<Body, keyof Members> & Members;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Scalar = string | number | boolean | null;
export type Row = Schemas['ActivityInstanceDetail']['common'];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type UserRef = Schemas['UserRef'];
export type Session = Schemas['Session'];
export type Folder = Schemas['Folder'];
export type JobStatus = Schemas['JobStatus'];
export type ActivityStatus = Schemas['Status'];
export type ValueType = Schemas['ValueType'];
export type Parameter = Schemas['Parameter'];

export type RunbookSummary = Schemas['RunbookSummary'];
export type Runbook = Narrowed<Schemas['Runbook'], { document: RunbookDocument | null }>;
export type Draft = Narrowed<Schemas['Draft'], { document: RunbookDocument }>;
export type DraftSaved = Schemas['DraftSaved'];
export type Finding = Narrowed<Schemas['Finding'], { place: Required<Schemas['FindingPlace']> }>;
export type Version = Schemas['Version'];
export type VersionDetail = Narrowed<Schemas['VersionWithDocument'], { document: RunbookDocument }>;
export type ImportedRunbook = Schemas['ImportedRunbook'];

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

export interface Retry {
  attempts?: number | undefined;
  delay_seconds?: number | undefined;
  backoff?: number | undefined;
  when?: Condition[] | undefined;
}

export interface Behaviour {
  flatten?: Flatten;
  report_failure?: boolean;
  report_after_seconds?: number;
  timeout_seconds?: number;
  retry?: Retry | undefined;
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
  /** Id of the For Each or While whose body it is part of. */
  group?: string;
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

export interface ReturnedItem {
  name: string;
  type?: ValueType;
  description?: string;
}

export interface RunbookSettings {
  max_simultaneous_jobs?: number;
  max_monitor_instances?: number;
  timeout_seconds?: number;
  report_after_seconds?: number;
  report_failure?: boolean;
  servers?: string[];
  recovery?: 'resume' | 'restart' | 'fail' | 'hold';
  start_monitor_on_check_in?: boolean;
  /** Id of the activity that begins the error path. */
  on_error?: string;
  fresh_variables?: boolean;
  /** Path of the schedule that says when it may start. */
  schedule?: string;
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

export type FieldKind = Schemas['FieldKind'];
export type Field = Narrowed<Schemas['InputField'], { default: Json; columns: Field[] }>;
export type PublishedItem = Schemas['PublishedItem'];
export type ActivityType = Narrowed<Schemas['ActivityType'], { inputs: Field[] }>;

/* ---- Operations ---- */

export type Job = Schemas['Job'];
export type StopLevel = Schemas['StopLevel'];
export type Trigger = Schemas['Trigger'];
export type TriggerStatus = Schemas['TriggerStatus'];
export type Monitor = Schemas['Monitor'];
export type Instance = Schemas['Instance'];
export type ActivityState = Schemas['ActivityState'];
export type InstanceDetail = Narrowed<Schemas['InstanceDetail'], { document: RunbookDocument }>;
export type ActivityInstance = Schemas['ActivityInstance'];
export type ActivityInstanceDetail = Schemas['ActivityInstanceDetail'];
export type Origin = Schemas['Origin'];
export type Effect = Schemas['EffectClass'];
export type Wait = Schemas['Wait'];
export type SteerOrder = Schemas['SteerOrder'];
export type RerunOrder = Schemas['RerunOrder'];
export type RerunStep = Schemas['RerunStep'];
export type Doubt = Schemas['Doubt'];

export type OperatorEvent = Schemas['Event'];
export type AuditEntry = Schemas['AuditEntry'];
export type RunbookServer = Schemas['Server'];
export type EnrolmentToken = Schemas['EnrolmentToken'];
export type Variable = Schemas['Variable'];
export type Counter = Schemas['Counter'];
export type CounterOperation = Schemas['CounterOperation'];
export type ComputerGroup = Schemas['ComputerGroup'];
export type ApiToken = Schemas['Token'];
export type NewApiToken = Schemas['NewToken'];
export type Health = Schemas['Health'];
