import { useQuery } from '@tanstack/react-query';
import { healthOptions, serversOptions } from '@/api/administration';
import { messageOf } from '@/api/problem';
import type { RunbookServer } from '@/api/types';
import { Facts } from '@/shared/ui/Facts';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import classes from './admin.module.css';

/** The runbook servers with their load and packs, and the health of the service. */
export function ServersPage() {
  const servers = useQuery(serversOptions);
  const health = useQuery(healthOptions);
  return (
    <PageFrame title="Servers" subtitle="Where runbooks run">
      {servers.isPending ? <Loading what="servers" /> : null}
      {servers.error ? (
        <ErrorNote message={messageOf(servers.error)} onRetry={() => void servers.refetch()} />
      ) : null}
      {servers.data?.length === 0 ? (
        <Empty title="No runbook server">Jobs wait until one is started.</Empty>
      ) : null}
      <div className={classes.cards}>
        {servers.data?.map((server) => (
          <ServerCard key={server.id} server={server} />
        ))}
        {health.data ? (
          <section className={classes.card} aria-label="Health">
            <div className={classes.cardHead}>
              <h2>Health</h2>
              <Status status={health.data.status} />
            </div>
            <Facts
              facts={health.data.checks.map((check) => [
                check.name,
                <span key={check.name}>
                  <Status status={check.status} plain /> {check.detail}
                </span>,
              ])}
            />
          </section>
        ) : null}
      </div>
    </PageFrame>
  );
}

function ServerCard({ server }: { server: RunbookServer }) {
  const share = server.capacity > 0 ? Math.min(100, (server.running / server.capacity) * 100) : 0;
  return (
    <section className={classes.card} aria-label={server.name}>
      <div className={classes.cardHead}>
        <h2>{server.name}</h2>
        <Status status={server.status} />
      </div>
      <div className={classes.load}>
        <span className={classes.track} aria-hidden>
          <span className={classes.fill} style={{ width: `${share}%` }} />
        </span>
        {server.running} of {server.capacity} slots in use
      </div>
      <Facts
        facts={[
          ['Role', server.role],
          ['Version', server.version],
          ['Seen', <Ago key="seen" at={server.last_seen_at} />],
          ['Started', <Ago key="started" at={server.started_at} />],
        ]}
      />
      <div className={classes.packs}>
        {server.packs.map((pack) => (
          <span key={pack.id} className={classes.pack}>
            {pack.id} {pack.version}
          </span>
        ))}
      </div>
    </section>
  );
}
