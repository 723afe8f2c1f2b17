import { Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Door.module.css';

/** The frame of the pages before the product: name, one sentence, a form. */
export function Door({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <main className={classes.door}>
      <Paper className={classes.card} withBorder shadow="sm">
        <div className={classes.brand}>
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <span>Orchestrion</span>
        </div>
        <Title order={1} className={classes.title}>
          {title}
        </Title>
        <Text size="sm" c="var(--text-soft)" mb="md">
          {note}
        </Text>
        {children}
      </Paper>
    </main>
  );
}
