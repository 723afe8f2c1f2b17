import { useMemo } from 'react';
import { nameOf } from '../../model/document';
import { hasTokens, readable, scan } from '../../model/template';
import { ERROR } from '../../model/upstream';
import { useEditing, useEditor } from '../../state/context';
import classes from './fields.module.css';

/** What a text with subscriptions says, in the words of the canvas: {Item from "Activity name"}. */
export function Readable({ text }: { text: string }) {
  const { types } = useEditing();
  const activities = useEditor(({ document }) => document.activities);
  const segments = useMemo(() => (hasTokens(text) ? scan(text) : []), [text]);
  if (segments.length === 0) return null;
  const activityName = (id: string) => {
    if (id === ERROR) return 'what failed';
    const activity = activities?.[id];
    return activity ? nameOf(activity, types) : `${id} (missing)`;
  };
  return (
    <div className={classes.readable}>
      {segments.map((segment) => {
        if (segment.kind === 'text') return <span key={segment.start}>{segment.source}</span>;
        const isMissing =
          segment.kind === 'item' && segment.activity !== ERROR && !activities?.[segment.activity];
        return (
          <span
            key={segment.start}
            className={classes.token}
            data-broken={segment.kind === 'broken' || isMissing || undefined}
            title={segment.kind === 'broken' ? segment.message : segment.source}
          >
            {readable(segment, activityName)}
          </span>
        );
      })}
    </div>
  );
}
