import { Popover, Switch, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useRunbookBy } from '@/api/invoked';
import type { ActivityDefinition, PublishedItem } from '@/api/types';
import { nameOf } from '../model/document';
import { invocationOf } from '../model/invoke';
import { counterToken, groupToken, itemToken, variableToken } from '../model/template';
import {
  COMMON_ITEMS,
  ERROR,
  ERROR_ITEMS,
  isOnErrorPath,
  preceding,
  type Preceding,
  publishedBy,
} from '../model/upstream';
import { useEditing, useEditor } from '../state/context';
import classes from './PublishedPicker.module.css';

interface Props {
  opened: boolean;
  onClose: () => void;
  onPick: (token: string) => void;
  /** The button that opens it. */
  children: ReactElement;
}

/** Everything an input can subscribe to: preceding activities, nearest first, and variables. */
export function PublishedPicker({ opened, onClose, onPick, children }: Props) {
  return (
    <Popover
      opened={opened}
      onChange={(open) => (open ? undefined : onClose())}
      onDismiss={onClose}
      position="left-start"
      width={340}
      shadow="lg"
      trapFocus
      returnFocus
      withinPortal
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown p={0}>{opened ? <Choices onPick={onPick} /> : null}</Popover.Dropdown>
    </Popover>
  );
}

function Choices({ onPick }: { onPick: (token: string) => void }) {
  const { names } = useEditing();
  const [filter, setFilter] = useState('');
  const [common, setCommon] = useState(false);
  const document = useEditor((state) => state.document);
  const from = useEditor(({ selection, document: { links } }) => {
    const link = selection.links[0];
    // The value of a link's condition may use what its source publishes, and all before it.
    return link === undefined ? selection.activities[0] : links?.[link]?.to;
  });
  const before = from ? preceding(document, from) : [];
  const words = filter.toLowerCase();
  return (
    <section aria-label="Published data" className={classes.picker}>
      <div className={classes.head}>
        <TextInput
          aria-label="Filter published data"
          placeholder="Filter"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          data-autofocus
        />
        <Switch
          label="Show common published data"
          checked={common}
          onChange={(event) => setCommon(event.currentTarget.checked)}
        />
      </div>
      <div className={classes.list}>
        {before.map((each) => (
          <Items key={each.id} preceding={each} common={common} filter={words} onPick={onPick} />
        ))}
        {before.length === 0 ? <p className={classes.none}>No activity leads to this one yet.</p> : null}
        {from && isOnErrorPath(document, from) ? (
          <Choice
            id={ERROR}
            name="What failed"
            items={ERROR_ITEMS.filter(({ name }) => `what failed ${name}`.toLowerCase().includes(words))}
            onPick={onPick}
          />
        ) : null}
        <Paths
          title="Variables"
          paths={names.variables}
          token={variableToken}
          {...{ filter: words, onPick }}
        />
        <Paths title="Counters" paths={names.counters} token={counterToken} {...{ filter: words, onPick }} />
        <Paths
          title="Computer of a group"
          paths={names.computerGroups}
          token={groupToken}
          {...{ filter: words, onPick }}
        />
      </div>
    </section>
  );
}

interface PathsProps {
  title: string;
  paths: readonly string[];
  token: (path: string) => string;
  filter: string;
  onPick: (token: string) => void;
}

function Paths({ title, paths, token, filter, onPick }: PathsProps) {
  const shown = paths.filter((path) => path.toLowerCase().includes(filter));
  if (shown.length === 0) return null;
  return (
    <>
      <h4 className={classes.source}>{title}</h4>
      {shown.map((path) => (
        <button key={path} type="button" className={classes.item} onClick={() => onPick(token(path))}>
          {path}
        </button>
      ))}
    </>
  );
}

interface ItemsProps {
  preceding: Preceding;
  common: boolean;
  filter: string;
  onPick: (token: string) => void;
}

function Items({ preceding: { id, activity }, common, filter, onPick }: ItemsProps) {
  const { types } = useEditing();
  const name = nameOf(activity, types);
  const own = [...publishedBy(activity, types.get(activity.type)), ...useReturned(activity)];
  const holds = (item: PublishedItem) => `${name} ${item.name}`.toLowerCase().includes(filter);
  const items = [...own, ...(common || own.length === 0 ? COMMON_ITEMS : [])].filter(holds);
  return <Choice {...{ id, name, items, onPick }} />;
}

/** What the runbook returns that an activity invokes, which it publishes under the same names. */
function useReturned(activity: ActivityDefinition): PublishedItem[] {
  const type = useEditing().types.get(activity.type);
  const invocation = type ? invocationOf(type, activity.inputs ?? {}) : null;
  const invoked = useRunbookBy(invocation?.runbook ?? '', invocation?.byPath ?? false);
  return (invoked?.returned_data ?? []).map((item) => ({ ...item, many: false }));
}

interface ChoiceProps {
  id: string;
  name: string;
  items: PublishedItem[];
  onPick: (token: string) => void;
}

function Choice({ id, name, items, onPick }: ChoiceProps) {
  if (items.length === 0) return null;
  return (
    <>
      <h4 className={classes.source}>{name}</h4>
      {items.map((item) => (
        <button
          key={item.name}
          type="button"
          className={classes.item}
          title={item.description}
          aria-label={`${item.name} from ${name}`}
          onClick={() => onPick(itemToken(id, item.name))}
        >
          <span>{item.name}</span>
          <span className={classes.type}>{item.many ? `${item.type}, many` : item.type}</span>
        </button>
      ))}
    </>
  );
}
