import type { Finding } from '@/api/types';

export interface Marks {
  activities: ReadonlyMap<string, Finding[]>;
  links: ReadonlyMap<number, Finding[]>;
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

/** Findings in the order people deal with them: errors first, else as the server gave them. */
export function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The findings by the place that shows their badge. */
export function marksOf(findings: readonly Finding[]): Marks {
  const activities = new Map<string, Finding[]>();
  const links = new Map<number, Finding[]>();
  for (const finding of sorted(findings)) {
    const { activity, link } = finding.place;
    if (activity !== null) activities.set(activity, [...(activities.get(activity) ?? []), finding]);
    else if (link !== null) links.set(link, [...(links.get(link) ?? []), finding]);
  }
  return { activities, links };
}

/** The findings of an activity that no shown input shows: those about the whole, or about a hidden input. */
export function generalFindings(
  findings: readonly Finding[],
  activity: string,
  inputs: readonly string[],
): Finding[] {
  const shown = new Set(inputs.flatMap((input) => findingsOf(findings, activity, input)));
  return findings.filter((finding) => finding.place.activity === activity && !shown.has(finding));
}

/** The findings of one input; a table's cell is named `input[row].column` and belongs to its input. */
export function findingsOf(findings: readonly Finding[], activity: string, input: string): Finding[] {
  return findings.filter(({ place }) => {
    if (place.activity !== activity || place.property === null) return false;
    const property = place.property.replace(/^inputs\./, '');
    return property === input || property.startsWith(`${input}[`) || property.startsWith(`${input}.`);
  });
}

export const worstOf = (findings: readonly Finding[]): Finding['severity'] | null =>
  sorted(findings)[0]?.severity ?? null;

export function countsOf(findings: readonly Finding[]): Record<Finding['severity'], number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
