import { IconAlertTriangleFilled, IconCircleXFilled, IconInfoCircleFilled } from '@tabler/icons-react';
import type { Finding } from '@/api/types';
import classes from './PropertiesPanel.module.css';

const SIGNS = { error: IconCircleXFilled, warning: IconAlertTriangleFilled, info: IconInfoCircleFilled };

/** What the checks say about the selected thing. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return findings.map((finding) => {
    const Sign = SIGNS[finding.severity];
    return (
      <div
        key={`${finding.code} ${finding.message}`}
        className={classes.finding}
        data-severity={finding.severity}
      >
        <Sign size={16} aria-label={finding.severity} style={{ flex: 'none', marginTop: 1 }} />
        <span>
          {finding.message} {finding.fix}
        </span>
      </div>
    );
  });
}
