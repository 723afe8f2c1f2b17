import { Popover, Switch, TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { PublishedItem } from '@/api/types';
import { nameOf } from '../model/document';
import { itemToken, variableToken } from '../model/template';
import { COMMON_ITEMS, preceding, type Preceding, publishedBy } from '../model/upstream';
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
  const { variables } = useEditing();
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
  const paths = variables.filter((path) => path.toLowerCase().includes(words));
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
        {paths.length > 0 ? <h4 className={classes.source}>Variables</h4> : null}
        {paths.map((path) => (
          <button
            key={path}
            type="button"
            className={classes.item}
            onClick={() => onPick(variableToken(path))}
          >
            {path}
          </button>
        ))}
      </div>
    </section>
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
  const own = publishedBy(activity, types.get(activity.type));
  const holds = (item: PublishedItem) => `${name} ${item.name}`.toLowerCase().includes(filter);
  const items = [...own, ...(common || own.length === 0 ? COMMON_ITEMS : [])].filter(holds);
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
