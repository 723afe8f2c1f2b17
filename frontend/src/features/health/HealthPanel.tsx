import type { Health } from '@/api/types';
import { Status } from '@/shared/ui/Status';
import { Ago } from '@/shared/ui/times';
import classes from './health.module.css';

const GRAVITY = ['failing', 'degraded', 'ok'];

/** Everything that was looked at, the gravest first, with the way out where one is needed. */
export default function HealthPanel({ health }: { health: Health | undefined }) {
  if (!health)
    return <p className={classes.detail}>The web service does not answer. It is asked again and again.</p>;
  const checks = [...health.checks].sort((a, b) => GRAVITY.indexOf(a.status) - GRAVITY.indexOf(b.status));
  return (
    <>
      <h2 className={classes.title}>
        Health <Status status={health.status} />
      </h2>
      <ul className={classes.checks}>
        {checks.map((check) => (
          <li key={check.code} data-grade={check.status}>
            <div className={classes.head}>
              <strong>{check.name}</strong>
              <Status status={check.status} plain />
              {check.since ? (
                <small>
                  since <Ago at={check.since} />
                </small>
              ) : null}
            </div>
            <div className={classes.detail}>{check.detail}</div>
            {check.remedy ? <div className={classes.remedy}>{check.remedy}</div> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
