import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCrown, IconGripVertical } from '@tabler/icons-react';
import type { RunbookServer } from '@/api/types';
import { Facts } from '@/shared/ui/Facts';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import { Freshness } from './Freshness';
import { Load } from './Load';
import { ServerMenu } from './ServerMenu';
import classes from './servers.module.css';

interface Props {
  server: RunbookServer;
  /** Its place in the order, from 0. */
  place: number;
  last: number;
  mayManage: boolean;
  onMove: (to: number) => void;
}

/** One server: what it is, how it stands, what it carries, what it has. */
export function ServerCard({ server, place, last, mayManage, onMove }: Props) {
  return (
    <article className={classes.card} aria-label={server.name} data-status={server.status}>
      <header className={classes.head}>
        {mayManage && last > 0 ? <IconGripVertical size={16} className={classes.grip} aria-hidden /> : null}
        <div>
          <h2>{server.name}</h2>
          <span className={classes.role} data-primary={place === 0 || undefined}>
            {server.role}
          </span>{' '}
          {server.is_leader ? (
            <Tooltip label="It looks after the others">
              <span className={classes.leader}>
                <IconCrown size={13} aria-hidden /> leader
              </span>
            </Tooltip>
          ) : null}
        </div>
        <Status status={server.status} />
        {mayManage ? (
          <Group gap={2} wrap="nowrap">
            <MoveButtons name={server.name} place={place} last={last} onMove={onMove} />
            <ServerMenu server={server} onPromote={place > 0 ? () => onMove(0) : null} />
          </Group>
        ) : null}
      </header>
      <Load
        name="Runs"
        used={server.running}
        of={server.limit ?? server.capacity}
        capacity={server.capacity}
      />
      <Load
        name="Monitors"
        used={server.monitors}
        of={server.monitor_capacity}
        capacity={server.monitor_capacity}
      />
      {server.gives_work_away ? (
        <p className={classes.note}>What it runs goes on elsewhere as soon as it can.</p>
      ) : null}
      <Facts
        facts={[
          ['Heartbeat', <Freshness key="seen" at={server.last_seen_at} />],
          ['Started', <Ago key="started" at={server.started_at} />],
          ['Version', server.version],
          ['Machine', server.machine],
          ['Process', server.process_id],
        ]}
      />
      <Chips names={server.tags} label="Tags" />
      <details className={classes.packs}>
        <summary>{server.packs.length} packs</summary>
        <Chips names={server.packs.map(({ id, version }) => `${id} ${version}`)} label="Packs" />
      </details>
    </article>
  );
}

function MoveButtons({
  name,
  place,
  last,
  onMove,
}: { name: string } & Pick<Props, 'place' | 'last' | 'onMove'>) {
  return (
    <>
      <Tooltip label="Promote: one place up">
        <ActionIcon aria-label={`Promote ${name}`} disabled={place === 0} onClick={() => onMove(place - 1)}>
          <IconArrowUp size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Demote: one place down">
        <ActionIcon aria-label={`Demote ${name}`} disabled={place === last} onClick={() => onMove(place + 1)}>
          <IconArrowDown size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function Chips({ names, label }: { names: string[]; label: string }) {
  if (names.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label={label}>
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
