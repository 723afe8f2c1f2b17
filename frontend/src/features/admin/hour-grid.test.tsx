import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, expect, it } from 'vitest';
import { HourGrid } from './HourGrid';

const NIGHT = '1'.repeat(6) + '0'.repeat(18);
const WEEK = Array.from({ length: 7 }, () => NIGHT);

let rows: string[] = [];

function Held() {
  const [held, setHeld] = useState(WEEK);
  const change = (next: string[]) => {
    rows = next;
    setHeld(next);
  };
  return <HourGrid rows={held} onChange={change} />;
}

beforeEach(() => {
  rows = WEEK;
  render(
    <MantineProvider env="test">
      <Held />
    </MantineProvider>,
  );
});

const hour = (name: string) => screen.getByLabelText(`${name} permitted`);
const press = (cell: HTMLElement, button = 0) =>
  fireEvent.pointerDown(cell, { button, pointerType: 'mouse' });

it('paints a rectangle by dragging, until the button is let go', () => {
  press(hour('Monday 08:00 to 09:00'));
  fireEvent.pointerEnter(hour('Wednesday 12:00 to 13:00'));
  fireEvent.pointerEnter(hour('Tuesday 09:00 to 10:00'));
  fireEvent.pointerUp(window);
  fireEvent.pointerEnter(hour('Sunday 23:00 to 24:00'));
  const daytime = '1'.repeat(6) + '0011' + '0'.repeat(14);
  expect(rows).toEqual([daytime, daytime, ...WEEK.slice(2)]);
});

it('denies when the stroke begins on a permitted hour', () => {
  press(hour('Sunday 05:00 to 06:00'));
  fireEvent.pointerEnter(hour('Sunday 04:00 to 05:00'));
  expect(rows).toEqual(WEEK.with(6, '1111' + '0'.repeat(20)));
});

it('does nothing for another button of the mouse', () => {
  press(hour('Monday 08:00 to 09:00'), 2);
  expect(rows).toEqual(WEEK);
});

it('toggles by the space bar and paints on by Shift with an arrow', async () => {
  hour('Monday 00:00 to 01:00').focus();
  await userEvent.keyboard('{End}{ArrowDown} {Shift>}{ArrowLeft}{/Shift}{ArrowDown}');
  expect(hour('Wednesday 22:00 to 23:00')).toHaveFocus();
  expect(rows).toEqual(WEEK.with(1, '1'.repeat(6) + '0'.repeat(16) + '11'));
});

it('is a grid of toggle buttons with one stop for the tabulator', () => {
  const buttons = [...screen.getByLabelText('Permitted hours of the week').querySelectorAll('button')];
  expect(buttons).toHaveLength(7 * 24);
  expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
  expect(hour('Monday 05:00 to 06:00')).toHaveAttribute('aria-pressed', 'true');
  expect(hour('Monday 06:00 to 07:00')).toHaveAttribute('aria-pressed', 'false');
});

it('permits and denies all hours at once', () => {
  fireEvent.click(screen.getByText('Permit all hours'));
  expect(rows).toEqual(WEEK.map(() => '1'.repeat(24)));
  fireEvent.click(screen.getByText('Deny all hours'));
  expect(rows).toEqual(WEEK.map(() => '0'.repeat(24)));
});
