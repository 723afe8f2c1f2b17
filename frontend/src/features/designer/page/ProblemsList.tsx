import {
  IconAlertTriangleFilled,
  IconCircleCheck,
  IconCircleXFilled,
  IconChevronDown,
  IconInfoCircleFilled,
} from '@tabler/icons-react';
import { useReactFlow } from '@xyflow/react';
import { useState } from 'react';
import type { Finding } from '@/api/types';
import { linksOf, nameOf } from '../model/document';
import { boundsOf, middleOf } from '../model/groups';
import { countsOf, sorted } from '../model/problems';
import { useEditing, useEditor } from '../state/context';
import { useFindings } from '../state/findings';
import classes from './ProblemsList.module.css';

const SIGNS = { error: IconCircleXFilled, warning: IconAlertTriangleFilled, info: IconInfoCircleFilled };
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What the checks found, worst first; a click goes to the place. */
export function ProblemsList() {
  const findings = useFindings();
  const [open, setOpen] = useState(false);
  const { error, warning, info } = countsOf(findings);
  const counts = [
    error ? plural(error, 'error') : '',
    warning ? plural(warning, 'warning') : '',
    info ? plural(info, 'note') : '',
  ];
  return (
    <section aria-label="Problems" className={classes.problems}>
      <button
        type="button"
        className={classes.head}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        disabled={findings.length === 0}
      >
        {findings.length === 0 ? <IconCircleCheck size={15} className={classes.fine} aria-hidden /> : null}
        {error > 0 ? <IconCircleXFilled size={15} className={classes.error} aria-hidden /> : null}
        {error === 0 && warning > 0 ? (
          <IconAlertTriangleFilled size={15} className={classes.warning} aria-hidden />
        ) : null}
        <span>Problems: {counts.filter(Boolean).join(', ') || 'none'}</span>
        {findings.length > 0 ? <IconChevronDown size={14} data-open={open || undefined} aria-hidden /> : null}
      </button>
      {open && findings.length > 0 ? (
        <ul className={classes.list}>
          {sorted(findings).map((finding, index) => (
            <Problem key={index} finding={finding} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Problem({ finding }: { finding: Finding }) {
  const { types } = useEditing();
  const document = useEditor((state) => state.document);
  const select = useEditor((state) => state.select);
  const flow = useReactFlow();
  const { activity: id, link: index } = finding.place;
  const link = index === null ? undefined : linksOf(document)[index];
  const activity = document.activities?.[id ?? link?.from ?? ''];
  const go = () => {
    select({ activities: id ? [id] : [], links: !id && link && index !== null ? [index] : [] });
    if (!activity) return;
    const { x, y } = middleOf(boundsOf(document, id ?? link?.from ?? ''));
    void flow.setCenter(x, y, {
      zoom: Math.max(flow.getZoom(), 0.8),
      duration: 200,
    });
  };
  const Sign = SIGNS[finding.severity];
  const place = activity ? `${id ? '' : 'Link from '}${nameOf(activity, types)}` : 'Runbook';
  return (
    <li>
      <button type="button" className={classes.problem} onClick={go}>
        <Sign size={15} className={classes[finding.severity]} aria-label={finding.severity} />
        <span className={classes.place}>{place}</span>
        <span>
          {finding.message} <span className={classes.fix}>{finding.fix}</span>
        </span>
      </button>
    </li>
  );
}
