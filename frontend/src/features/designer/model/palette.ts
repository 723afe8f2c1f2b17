import type { ActivityType } from '@/api/types';

export interface Group {
  category: string;
  types: ActivityType[];
}

/** The types whose name, category or summary holds every word of the filter; those matching by name come first. */
export function found(types: readonly ActivityType[], filter: string): ActivityType[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const byName = types.filter((type) => holds(type.name));
  const byRest = types.filter(
    (type) => !holds(type.name) && holds(`${type.name} ${type.category} ${type.id} ${type.summary}`),
  );
  return [...byName, ...byRest];
}

/** Types by category; the categories in the order of the alphabet, control activities first. */
export function byCategory(types: readonly ActivityType[]): Group[] {
  const groups = new Map<string, ActivityType[]>();
  for (const type of types) groups.set(type.category, [...(groups.get(type.category) ?? []), type]);
  const isControl = ([, entries]: [string, ActivityType[]]) => entries.some(({ kind }) => kind === 'control');
  return [...groups]
    .sort((a, b) => Number(isControl(b)) - Number(isControl(a)) || a[0].localeCompare(b[0]))
    .map(([category, entries]) => ({ category, types: entries }));
}
