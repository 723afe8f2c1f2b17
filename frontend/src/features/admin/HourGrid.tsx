import { Button, Group, Input } from '@mantine/core';
import {
  type KeyboardEvent,
  memo,
  type MouseEvent,
  type PointerEvent,
  type SyntheticEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import { type Cell, isPermitted, painted, stepped } from './hour-painting';
import classes from './HourGrid.module.css';
import { capitalized, clock, HOURS, WEEKDAYS } from './schedule-words';

interface Props {
  /** Seven texts of 24 characters, as the API has them. */
  rows: string[];
  onChange: (rows: string[]) => void;
}

/** Where a stroke began, what it paints, and what was there before. */
interface Stroke {
  from: Cell;
  permit: boolean;
  before: string[];
}

/** The hours of a week, to be painted: by dragging, or by the arrow keys with the space bar or Shift. */
export function HourGrid({ rows, onChange }: Props) {
  const [at, setAt] = useState<Cell>({ day: 0, hour: 0 });
  const grid = useRef<HTMLDivElement>(null);
  const drag = useStroke(rows, onChange);
  const keys = useStroke(rows, onChange);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepped(at, event.key);
    if (!next) return;
    event.preventDefault();
    if (event.shiftKey) {
      keys.begin(at, isPermitted(rows, at));
      keys.extend(next);
    } else keys.end();
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.day} ${next.hour}"]`)?.focus();
  };
  const onPointerDown = (event: PointerEvent) => {
    const cell = cellOf(event);
    if (!cell || event.button !== 0) return;
    // A finger would hold on to its first cell.
    if (event.pointerType === 'touch') (event.target as Element).releasePointerCapture(event.pointerId);
    drag.begin(cell, !isPermitted(rows, cell));
    drag.extend(cell);
  };
  /* A click without a pointer comes from the keyboard or from assistive technology. */
  const onClick = (event: MouseEvent) => {
    const cell = cellOf(event);
    if (cell && event.detail === 0) onChange(painted(rows, cell, cell, !isPermitted(rows, cell)));
  };
  return (
    <Input.Wrapper
      label="Hours"
      labelElement="div"
      description="Drag over the hours that are permitted. By keyboard: arrow keys, space bar; Shift paints on."
    >
      <div className={classes.scroll}>
        <div
          role="grid"
          tabIndex={-1}
          ref={grid}
          aria-label="Permitted hours of the week"
          className={classes.grid}
          onKeyDown={onKeyDown}
          onKeyUp={(event) => (event.key === 'Shift' ? keys.end() : undefined)}
          onFocus={(event) => setAt(cellOf(event) ?? at)}
          onPointerDown={onPointerDown}
          onPointerOver={(event) => drag.extend(cellOf(event))}
          onClick={onClick}
        >
          <HourHeads />
          {rows.map((row, day) => (
            <HourRow key={day} day={day} row={row} current={at.day === day ? at.hour : null} />
          ))}
        </div>
      </div>
      <Legend
        onAll={(permit) => onChange(painted(rows, { day: 0, hour: 0 }, { day: 6, hour: 23 }, permit))}
      />
    </Input.Wrapper>
  );
}

/** The cell that an event is about. */
function cellOf({ target }: SyntheticEvent): Cell | null {
  const written = target instanceof HTMLElement ? target.dataset.cell : undefined;
  const [day, hour] = (written ?? '').split(' ').map(Number);
  return day === undefined || hour === undefined ? null : { day, hour };
}

/** A rectangle that grows and shrinks while its stroke lasts; it ends wherever the button is let go. */
function useStroke(rows: string[], onChange: (rows: string[]) => void) {
  const stroke = useRef<Stroke | null>(null);
  const end = () => {
    stroke.current = null;
  };
  useEffect(() => {
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    return () => {
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
    };
  }, []);
  return {
    begin: (from: Cell, permit: boolean) => {
      stroke.current ??= { from, permit, before: rows };
    },
    extend: (to: Cell | null) => {
      const current = stroke.current;
      if (current && to) onChange(painted(current.before, current.from, to, current.permit));
    },
    end,
  };
}

interface RowProps {
  day: number;
  row: string;
  /** The hour that the tabulator stops at, if it is in this row. */
  current: number | null;
}

const HourRow = memo(function HourRow({ day, row, current }: RowProps) {
  const weekday = capitalized(WEEKDAYS[day] ?? '');
  return (
    <div role="row" className={classes.row}>
      <span role="rowheader" className={classes.day}>
        {weekday}
      </span>
      {HOURS.map((hour) => (
        <div role="gridcell" className={classes.cell} key={hour}>
          <button
            type="button"
            className={classes.hour}
            data-cell={`${day} ${hour}`}
            aria-label={`${weekday} ${clock(hour)} to ${clock(hour + 1)} permitted`}
            aria-pressed={row[hour] === '1'}
            tabIndex={hour === current ? 0 : -1}
          />
        </div>
      ))}
    </div>
  );
});

function HourHeads() {
  return (
    <div role="row" className={classes.row}>
      <span role="columnheader" className={classes.day}>
        <span className="visually-hidden">Day</span>
      </span>
      {HOURS.map((hour) => (
        <span role="columnheader" key={hour} className={classes.head}>
          {hour}
        </span>
      ))}
    </div>
  );
}

function Legend({ onAll }: { onAll: (permit: boolean) => void }) {
  return (
    <Group gap="md" className={classes.legend}>
      <span>
        <span className={classes.swatch} data-permitted /> permitted
      </span>
      <span>
        <span className={classes.swatch} /> denied
      </span>
      <Group gap="xs" ml="auto">
        <Button size="compact-xs" variant="default" onClick={() => onAll(true)}>
          Permit all hours
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => onAll(false)}>
          Deny all hours
        </Button>
      </Group>
    </Group>
  );
}
