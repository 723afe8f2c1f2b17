import { ActionIcon, Button, Chip, Group, Menu, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ActivityStatus, Condition, ItemCondition, PublishedItem, ValueType } from '@/api/types';
import {
  inWords,
  isItemCondition,
  isStatusCondition,
  needsUpper,
  needsValue,
  operatorsFor,
} from '../model/conditions';
import { COMMON_ITEMS, publishedBy } from '../model/upstream';
import { useEditing, useEditor, useReadOnly } from '../state/context';
import classes from './ConditionList.module.css';
import { TokenInput } from './fields/TokenInput';

interface Props {
  label: string;
  /** The activity whose status and items are compared. */
  source: string;
  conditions: readonly Condition[];
  onChange: (conditions: Condition[]) => void;
  empty: string;
  /** Inside a group of conditions; groups do not go deeper than the author did. */
  nested?: boolean;
}

/** Conditions joined by "or"; each compares a status or a published item, or is a group. */
export function ConditionList({ label, source, conditions, onChange, empty, nested }: Props) {
  const readOnly = useReadOnly();
  const put = (index: number, condition: Condition) =>
    onChange(conditions.map((old, at) => (at === index ? condition : old)));
  return (
    <div role="group" aria-label={label}>
      {conditions.length === 0 ? <p className={classes.empty}>{empty}</p> : null}
      {conditions.map((condition, index) => (
        <div key={index} className={classes.condition}>
          <One
            label={`${label} ${index + 1}`}
            source={source}
            condition={condition}
            onChange={(next) => put(index, next)}
          />
          {readOnly ? null : (
            <ActionIcon
              size="sm"
              className={classes.remove}
              aria-label={`Remove ${label} ${index + 1}: ${inWords(condition)}`}
              onClick={() => onChange(conditions.filter((_, at) => at !== index))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </div>
      ))}
      {readOnly ? null : (
        <Add label={label} nested={nested ?? false} onAdd={(next) => onChange([...conditions, next])} />
      )}
    </div>
  );
}

function Add({
  label,
  nested,
  onAdd,
}: {
  label: string;
  nested: boolean;
  onAdd: (condition: Condition) => void;
}) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconPlus size={12} />}
          aria-label={`Add condition to ${label}`}
        >
          Add condition
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAdd({ status: ['success'] })}>Status</Menu.Item>
        <Menu.Item onClick={() => onAdd({ item: '', operator: 'equals', value: '' })}>
          Published item
        </Menu.Item>
        {nested ? null : (
          <Menu.Item onClick={() => onAdd({ all: [{ item: '', operator: 'equals', value: '' }] })}>
            Several that must all hold
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface OneProps {
  label: string;
  source: string;
  condition: Condition;
  onChange: (condition: Condition) => void;
}

function One({ label, source, condition, onChange }: OneProps) {
  if (isStatusCondition(condition)) {
    return (
      <StatusChoice label={label} statuses={condition.status} onChange={(status) => onChange({ status })} />
    );
  }
  if (isItemCondition(condition)) {
    return <ItemComparison label={label} source={source} condition={condition} onChange={onChange} />;
  }
  if ('not' in condition) {
    return (
      <div>
        <div className={classes.word}>Not</div>
        <One label={label} source={source} condition={condition.not} onChange={(not) => onChange({ not })} />
      </div>
    );
  }
  const all = 'all' in condition;
  return (
    <div>
      <div className={classes.word}>{all ? 'All of these' : 'Any of these'}</div>
      <ConditionList
        label={`${label}, ${all ? 'all' : 'any'}`}
        source={source}
        conditions={all ? condition.all : condition.any}
        onChange={(inner) => onChange(all ? { all: inner } : { any: inner })}
        empty="No condition yet."
        nested
      />
    </div>
  );
}

const STATUSES: [ActivityStatus, string][] = [
  ['success', 'Success'],
  ['warning', 'Warning'],
  ['failed', 'Failed'],
];

interface StatusProps {
  label: string;
  statuses: ActivityStatus[];
  onChange: (statuses: ActivityStatus[]) => void;
}

function StatusChoice({ label, statuses, onChange }: StatusProps) {
  const readOnly = useReadOnly();
  return (
    <Chip.Group multiple value={statuses} onChange={(next) => onChange(next)}>
      <Group gap={4} role="group" aria-label={`${label}: status is`}>
        <span className={classes.word}>Status is</span>
        {STATUSES.map(([status, word]) => (
          <Chip key={status} value={status} size="xs" disabled={readOnly}>
            {word}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

interface ItemProps {
  label: string;
  source: string;
  condition: ItemCondition;
  onChange: (condition: ItemCondition) => void;
}

function ItemComparison({ label, source, condition, onChange }: ItemProps) {
  const { types } = useEditing();
  const readOnly = useReadOnly();
  const activity = useEditor(({ document }) => document.activities?.[source]);
  const own = activity ? publishedBy(activity, types.get(activity.type)) : [];
  const type: ValueType =
    [...own, ...COMMON_ITEMS].find(({ name }) => name === condition.item)?.type ?? 'text';
  const operators = operatorsFor(type);
  const put = (change: Partial<ItemCondition>) => onChange({ ...condition, ...change });
  return (
    <div className={classes.item}>
      <Select
        aria-label={`${label}: item`}
        placeholder="Item"
        searchable
        data={itemChoices(own, condition.item)}
        value={condition.item || null}
        disabled={readOnly}
        allowDeselect={false}
        onChange={(item) => put({ item: item ?? '' })}
      />
      <Select
        aria-label={`${label}: operator`}
        data={operators.includes(condition.operator) ? operators : [condition.operator, ...operators]}
        value={condition.operator}
        disabled={readOnly}
        allowDeselect={false}
        onChange={(operator) => put({ operator: operator ?? 'equals' })}
      />
      {needsValue(condition.operator) ? (
        <TokenInput
          bare
          label={`${label}: value`}
          placeholder="Value"
          value={condition.value ?? ''}
          disabled={readOnly}
          onChange={(value) => put({ value })}
        />
      ) : null}
      {needsUpper(condition.operator) ? (
        <TokenInput
          bare
          label={`${label}: upper value`}
          placeholder="and"
          value={condition.upper ?? ''}
          disabled={readOnly}
          onChange={(upper) => put({ upper })}
        />
      ) : null}
    </div>
  );
}

function itemChoices(own: PublishedItem[], current: string) {
  const ownNames = own.map(({ name }) => name);
  const common = COMMON_ITEMS.map(({ name }) => name).filter((name) => !ownNames.includes(name));
  const unknown = current && ![...ownNames, ...common].includes(current) ? [current] : [];
  return [
    { group: 'Published', items: [...unknown, ...ownNames] },
    { group: 'Common', items: common },
  ];
}
