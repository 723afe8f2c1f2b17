import type { Json, Parameter, RunbookDocument, Scalar, ValueType } from '@/api/types';
import { activitiesOf, startActivities } from './document';
import { isObject } from './json';

const INITIALIZE_DATA = 'runbook-control.initialize-data';
const TYPES: readonly string[] = ['text', 'number', 'boolean', 'date-time'];

/** The parameters a document's Initialize Data declares, as the server reads them; none without it. */
export function parametersOf(document: RunbookDocument): Parameter[] {
  const start = startActivities(document)
    .map((id) => activitiesOf(document)[id])
    .find((activity) => activity?.type === INITIALIZE_DATA);
  const rows = start?.inputs?.parameters;
  return Array.isArray(rows) ? rows.flatMap(parameter) : [];
}

function parameter(row: Json): Parameter[] {
  if (!isObject(row) || typeof row.name !== 'string' || !row.name) return [];
  const { name, type, required, description, choices } = row;
  const fallback = isScalar(row.default) ? row.default : null;
  return [
    {
      name,
      type: typeof type === 'string' && TYPES.includes(type) ? (type as ValueType) : 'text',
      required: required !== false && required !== 'false',
      default: fallback === '' ? null : fallback,
      description: typeof description === 'string' ? description : '',
      choices: Array.isArray(choices) ? choices.map(String) : [],
    },
  ];
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
