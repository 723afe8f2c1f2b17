import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTitle } from '../hooks/use-title';
import classes from './PageFrame.module.css';

interface Props {
  title: string;
  /** What stands under the title: one line that says what the page is for or where it belongs. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with a title, its actions on the right, and a body that scrolls. */
export function PageFrame({ title, subtitle, actions, children }: Props) {
  useTitle(title);
  return (
    <div className={classes.page}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
        <div>
          <Title order={1} className={classes.title}>
            {title}
          </Title>
          {subtitle ? <div className={classes.subtitle}>{subtitle}</div> : null}
        </div>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </Group>
      {children}
    </div>
  );
}
