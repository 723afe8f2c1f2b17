import { TextInput } from '@mantine/core';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useRef, useState } from 'react';
import type { ActivityType } from '@/api/types';
import { DRAG_TYPE } from '../canvas/gestures';
import { TypeIcon } from '../canvas/TypeIcon';
import { byCategory, found } from '../model/palette';
import classes from './ActivitiesPane.module.css';

interface Props {
  types: readonly ActivityType[];
  /** Adds an activity of this type after the selected one. */
  onAdd: (type: ActivityType) => void;
  filterRef: Ref<HTMLInputElement>;
}

/** All activity types by category: to be dragged onto the canvas, or added with Enter. */
export function ActivitiesPane({ types, onAdd, filterRef }: Props) {
  const [filter, setFilter] = useState('');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const groups = byCategory(found(types, filter));
  const toggle = (category: string) => {
    const next = new Set(folded);
    if (!next.delete(category)) next.add(category);
    setFolded(next);
  };
  const onFilterKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') focusEntry(list.current, 0, event);
    if (event.key === 'Escape') setFilter('');
    if (event.key === 'Enter' && filter) {
      const first = groups[0]?.types[0];
      if (first) onAdd(first);
    }
  };
  return (
    <section aria-label="Activities" className={classes.pane}>
      <h2 className={classes.title}>Activities</h2>
      <TextInput
        ref={filterRef}
        aria-label="Filter activities"
        placeholder="Filter  ( / )"
        leftSection={<IconSearch size={14} />}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        onKeyDown={onFilterKey}
        className={classes.filter}
      />
      <div className={classes.list} ref={list}>
        {groups.map(({ category, types: entries }) => {
          const open = filter !== '' || !folded.has(category);
          return (
            <div key={category}>
              <button
                type="button"
                className={classes.category}
                aria-expanded={open}
                onClick={() => toggle(category)}
              >
                <IconChevronDown size={14} aria-hidden data-open={open || undefined} />
                {category}
                <span className={classes.count}>{entries.length}</span>
              </button>
              {open
                ? entries.map((type) => <Entry key={type.id} type={type} list={list} onAdd={onAdd} />)
                : null}
            </div>
          );
        })}
        {groups.length === 0 ? <p className={classes.none}>No activity is called “{filter}”.</p> : null}
      </div>
    </section>
  );
}

interface EntryProps {
  type: ActivityType;
  list: { current: HTMLDivElement | null };
  onAdd: (type: ActivityType) => void;
}

function Entry({ type, list, onAdd }: EntryProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const at = entriesOf(list.current).indexOf(event.currentTarget);
    if (event.key === 'ArrowDown') focusEntry(list.current, at + 1, event);
    if (event.key === 'ArrowUp') focusEntry(list.current, at - 1, event);
  };
  return (
    <button
      type="button"
      draggable
      data-entry
      data-type={type.id}
      className={classes.entry}
      title={`${type.summary}\nDrag it onto the canvas, or press Enter to add it after the selected activity.`}
      onClick={() => onAdd(type)}
      onKeyDown={onKeyDown}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, type.id);
        event.dataTransfer.effectAllowed = 'copy';
      }}
    >
      <TypeIcon type={type} size={22} />
      <span className={classes.name}>{type.name}</span>
      {type.kind === 'monitor' ? <span className={classes.kind}>monitor</span> : null}
    </button>
  );
}

const entriesOf = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>('[data-entry]') ?? []),
];

function focusEntry(list: HTMLElement | null, at: number, event: KeyboardEvent): void {
  const entry = entriesOf(list)[at];
  if (!entry) return;
  event.preventDefault();
  entry.focus();
}
