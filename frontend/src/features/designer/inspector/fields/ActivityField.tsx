import { MultiSelect, Select } from '@mantine/core';
import { activitiesOf, nameOf } from '../../model/document';
import { isGroup, membersOf } from '../../model/groups';
import { preceding } from '../../model/upstream';
import { useEditing, useEditor } from '../../state/context';
import type { FieldProps } from './InputField';
import { toText } from './values';

/** An activity of this runbook, or several: of a group its members, else those that precede. */
export function ActivityField({ id, ...props }: FieldProps & { id: string }) {
  const { types } = useEditing();
  const document = useEditor((state) => state.document);
  const activities = activitiesOf(document);
  const offered = isGroup(activities[id])
    ? membersOf(document, id)
    : preceding(document, id).map((each) => each.id);
  const { field, value, error, disabled, onChange } = props;
  const isMany = Array.isArray(field.default);
  const chosen = (Array.isArray(value) ? value : [value ?? field.default]).map(toText).filter(Boolean);
  const data = [...new Set([...offered, ...chosen])].map((each) => {
    const activity = activities[each];
    const label = activity ? nameOf(activity, types) : each;
    return { value: each, label: offered.includes(each) ? label : `${label} (not possible here)` };
  });
  const common = {
    label: field.label,
    description: field.help,
    withAsterisk: field.required,
    placeholder: data.length ? 'None' : 'No activity can be chosen yet',
    data,
    error,
    disabled,
    clearable: true,
    searchable: true,
  };
  if (isMany) {
    return (
      <MultiSelect
        {...common}
        placeholder={chosen.length ? '' : common.placeholder}
        value={chosen}
        onChange={(next) => onChange(next.length ? next : undefined)}
      />
    );
  }
  return (
    <Select
      {...common}
      data={[{ value: '', label: 'None' }, ...data]}
      value={chosen[0] ?? ''}
      allowDeselect={false}
      clearable={false}
      onChange={(next) => onChange(next === '' || next === null ? undefined : next)}
    />
  );
}
