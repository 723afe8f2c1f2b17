import classes from './servers.module.css';

interface Props {
  name: string;
  used: number;
  /** How many it takes now. */
  of: number;
  /** How many it could take; people may have set less. */
  capacity: number;
}

/** How much of what a server takes is in use, as a bar and in figures. */
export function Load({ name, used, of, capacity }: Props) {
  const share = of > 0 ? Math.min(100, (used / of) * 100) : 0;
  return (
    <div className={classes.load}>
      <span className={classes.loadName}>{name}</span>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} data-full={share >= 100 || undefined} style={{ width: `${share}%` }} />
      </span>
      <span className={classes.figure}>
        {used} of {of}
        {of === capacity ? null : <small> (could take {capacity})</small>}
      </span>
    </div>
  );
}
