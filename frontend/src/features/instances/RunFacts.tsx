import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { isOpen, jobOptions } from '@/api/jobs';
import type { InstanceDetail } from '@/api/types';
import { formatMoment } from '@/shared/lib/format';
import { Facts } from '@/shared/ui/Facts';
import { Records } from '@/shared/ui/Records';
import { Children } from './Children';
import classes from './InstancePage.module.css';
import { Waits } from './Waits';

/** What is known of the run as a whole: shown while no execution is chosen. */
export function RunFacts({ instance }: { instance: InstanceDetail }) {
  const { data: job } = useQuery(jobOptions(instance.job_id));
  const parameters = job && Object.keys(job.parameters).length > 0 ? [job.parameters] : [];
  return (
    <section aria-label="Run">
      <h2 className={classes.heading}>Run</h2>
      {instance.error ? <div className={classes.error}>{instance.error}</div> : null}
      <Facts
        facts={[
          ['Runbook', instance.runbook_path],
          ['Version', instance.version],
          [
            'Job',
            <Link key="job" to="/jobs/$jobId" params={{ jobId: instance.job_id }}>
              {job ? `started by ${job.created_by.name}` : 'open'}
            </Link>,
          ],
          ['Rerun of', job?.rerun_of ? <RunLink key="rerun" id={job.rerun_of} /> : null],
          [
            'Invoked by',
            job?.parent_instance_id ? <RunLink key="parent" id={job.parent_instance_id} /> : null,
          ],
          ['Kind', job?.is_test ? (job.is_dry_run ? 'Test, dry run' : 'Test') : null],
          ['Created', formatMoment(instance.created_at)],
          ['Started', formatMoment(instance.started_at)],
          ['Ended', formatMoment(instance.ended_at)],
          ['Server', instance.server],
          ['Reason', instance.reason],
        ]}
      />
      {isOpen(instance.status) ? <Waits instanceId={instance.id} /> : null}
      <Children instanceId={instance.id} />
      {parameters.length > 0 ? (
        <>
          <h3 className={classes.section}>Parameters</h3>
          <Records label="Parameters" rows={parameters} />
        </>
      ) : null}
      {instance.trigger ? (
        <>
          <h3 className={classes.section}>Trigger</h3>
          <Records label="Trigger" rows={[instance.trigger]} />
        </>
      ) : null}
      <h3 className={classes.section}>Returned data</h3>
      <Records label="Returned data" rows={instance.returned_data} />
      <p className={classes.hint}>Choose an activity to see its data.</p>
    </section>
  );
}

function RunLink({ id }: { id: string }) {
  return (
    <Link to="/instances/$instanceId" params={{ instanceId: id }} search={{}}>
      another run
    </Link>
  );
}
