import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { serversOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import { useMoveServer } from '@/api/servers';
import { useIsAdministrator } from '@/api/session';
import type { RunbookServer } from '@/api/types';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { EnrolmentDialog } from './EnrolmentDialog';
import { ServerCard } from './ServerCard';
import classes from './servers.module.css';

/** The runbook servers in their order, with their load, and what may be done to them. */
export function ServersPage() {
  const servers = useQuery(serversOptions);
  const mayManage = useIsAdministrator();
  const [isEnrolling, setIsEnrolling] = useState(false);
  return (
    <PageFrame
      title="Servers"
      subtitle="Where runbooks run. The primary is filled first, then the standbys in their order."
      actions={
        mayManage ? (
          <Button variant="default" leftSection={<IconKey size={14} />} onClick={() => setIsEnrolling(true)}>
            Add a server
          </Button>
        ) : null
      }
    >
      {servers.isPending ? <Loading what="servers" /> : null}
      {servers.error ? (
        <ErrorNote message={messageOf(servers.error)} onRetry={() => void servers.refetch()} />
      ) : null}
      {servers.data?.length === 0 ? (
        <Empty title="No runbook server">Jobs wait until one is started.</Empty>
      ) : null}
      {servers.data ? <ServerOrder servers={servers.data} mayManage={mayManage} /> : null}
      {isEnrolling ? <EnrolmentDialog onClose={() => setIsEnrolling(false)} /> : null}
    </PageFrame>
  );
}

/** The servers as a list that can be put in another order by dragging; its buttons do the same. */
function ServerOrder({ servers, mayManage }: { servers: RunbookServer[]; mayManage: boolean }) {
  const move = useMoveServer();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const moveTo = (from: number, to: number) => {
    const server = servers[from];
    if (server && from !== to) move.mutate({ id: server.id, from, to });
  };
  const end = () => {
    setDragged(null);
    setOver(null);
  };
  const dropOn = (event: DragEvent, index: number) => {
    event.preventDefault();
    if (dragged !== null) moveTo(dragged, index);
    end();
  };
  const moved = servers.find(({ id }) => id === move.variables?.id);
  return (
    <>
      <p role="status" className="visually-hidden">
        {move.isSuccess && moved ? `${moved.name} is now ${moved.role}` : ''}
      </p>
      <ol className={classes.order} aria-label="Runbook servers">
        {servers.map((server, index) => (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- The card's buttons do the same.
          <li
            key={server.id}
            draggable={mayManage && servers.length > 1}
            data-over={over === index && dragged !== index ? true : undefined}
            onDragStart={() => setDragged(index)}
            onDragEnd={end}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(index);
            }}
            onDrop={(event) => dropOn(event, index)}
          >
            <ServerCard
              server={server}
              place={index}
              last={servers.length - 1}
              mayManage={mayManage}
              onMove={(to) => moveTo(index, to)}
            />
          </li>
        ))}
      </ol>
    </>
  );
}
