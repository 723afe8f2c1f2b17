import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowBarToUp,
  IconArrowsRightLeft,
  IconDotsVertical,
  IconGauge,
  IconKeyOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconTool,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { type ServerOrder, useServerOrder } from '@/api/servers';
import type { RunbookServer } from '@/api/types';
import { ConfirmDialog } from '@/shared/ui/dialogs';
import { LimitDialog } from './LimitDialog';

interface Props {
  server: RunbookServer;
  /** Null where it is the primary already. */
  onPromote: (() => void) | null;
}

type Asking = 'limit' | 'remove' | 'reset' | null;

/** Everything that may be done to a server besides moving it by one place. */
export function ServerMenu({ server, onPromote }: Props) {
  const order = useServerOrder(server.id);
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  const works = server.status === 'online';
  const say = (wanted: ServerOrder) => () => order.mutate(wanted);
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`More for ${server.name}`} loading={order.isPending}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {onPromote ? (
            <Menu.Item leftSection={<IconArrowBarToUp size={16} />} onClick={onPromote}>
              Promote to primary
            </Menu.Item>
          ) : null}
          <Menu.Item leftSection={<IconGauge size={16} />} onClick={() => setAsking('limit')}>
            Limit…
          </Menu.Item>
          <Menu.Divider />
          {works ? (
            <>
              <Menu.Item
                leftSection={<IconPlayerPause size={16} />}
                onClick={say({ wish: 'drain', now: false })}
              >
                Drain: let what runs end here
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArrowsRightLeft size={16} />}
                onClick={say({ wish: 'drain', now: true })}
              >
                Drain now: go on elsewhere
              </Menu.Item>
            </>
          ) : null}
          {server.status === 'maintenance' ? null : (
            <Menu.Item leftSection={<IconTool size={16} />} onClick={say({ wish: 'maintain' })}>
              Begin maintenance
            </Menu.Item>
          )}
          {works ? null : (
            <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={say({ wish: 'resume' })}>
              Resume
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconKeyOff size={16} />} onClick={() => setAsking('reset')}>
            Take its credential away…
          </Menu.Item>
          {server.status === 'offline' ? (
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsking('remove')}>
              Remove…
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {asking === 'limit' ? <LimitDialog server={server} onClose={close} /> : null}
      {asking === 'remove' || asking === 'reset' ? (
        <Certain server={server} wish={asking} onClose={close} />
      ) : null}
    </>
  );
}

const QUESTIONS = {
  remove: { title: 'Remove server', text: 'It is forgotten, and loses its place in the order.' },
  reset: {
    title: 'Take the credential away',
    text: 'The next server of that name has to be enrolled with a token.',
  },
};

function Certain({
  server,
  wish,
  onClose,
}: Pick<Props, 'server'> & { wish: 'remove' | 'reset'; onClose: () => void }) {
  const order = useServerOrder(server.id, true);
  const { title, text } = QUESTIONS[wish];
  return (
    <ConfirmDialog
      title={title}
      action={title}
      danger
      opened
      onClose={onClose}
      busy={order.isPending}
      error={order.error ? messageOf(order.error) : null}
      onConfirm={() => order.mutate({ wish }, { onSuccess: onClose })}
    >
      <strong>{server.name}</strong>: {text}
    </ConfirmDialog>
  );
}
