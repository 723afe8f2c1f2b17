import type { Parameter, Scalar } from '@/api/types';

export type Answers = Record<string, string | boolean>;

/** What the form shows at first: the defaults, as people type them. */
export function initialAnswers(parameters: readonly Parameter[]): Answers {
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, initial(parameter)] satisfies [string, string | boolean]),
  );
}

function initial({ type, default: value }: Parameter): string | boolean {
  if (type === 'boolean') return value === true || value === 'true';
  if (type === 'date-time' && typeof value === 'string') return localMoment(value);
  if (value === null || typeof value === 'object') return '';
  return String(value);
}

/** What is wrong with an answer, or null. */
export function complaint(parameter: Parameter, answer: string | boolean): string | null {
  if (typeof answer === 'boolean') return null;
  if (answer.trim() === '') return parameter.required ? 'A value is needed.' : null;
  if (parameter.type === 'number' && !Number.isFinite(Number(answer))) return 'This is not a number.';
  if (parameter.type === 'date-time' && Number.isNaN(new Date(answer).getTime()))
    return 'This is not a date.';
  return null;
}

/** The answers as the API takes them; what was left empty is left out, so that the default counts. */
export function toValues(parameters: readonly Parameter[], answers: Answers): Record<string, Scalar> {
  const values: Record<string, Scalar> = {};
  for (const { name, type } of parameters) {
    const answer = answers[name];
    if (answer === undefined || answer === '') continue;
    if (typeof answer === 'boolean') values[name] = answer;
    else if (type === 'number') values[name] = Number(answer);
    else if (type === 'date-time') values[name] = new Date(answer).toISOString();
    else values[name] = answer;
  }
  return values;
}

/** An ISO time as `datetime-local` inputs want it: local, to the minute. */
export function localMoment(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
