import {
  IconAlertTriangle,
  IconEye,
  IconMathFunction,
  IconRefresh,
  IconZoomCheck,
  type Icon,
} from '@tabler/icons-react';
import type { Effect as Class } from '@/api/types';
import classes from './InstancePage.module.css';

const WORDS: Record<Class, { icon: Icon; word: string; says: string }> = {
  pure: { icon: IconMathFunction, word: 'computes', says: 'It computes only.' },
  read: { icon: IconEye, word: 'reads', says: 'It looks and changes nothing.' },
  idempotent: {
    icon: IconRefresh,
    word: 'idempotent',
    says: 'Running it twice does what running it once does.',
  },
  verifiable: { icon: IconZoomCheck, word: 'verifiable', says: 'It can look whether it has happened.' },
  once: { icon: IconAlertTriangle, word: 'once', says: 'It has its effect again each time it runs.' },
};

/** What running an activity does outside, as icon and word. */
export function Effect({ effect }: { effect: Class | null }) {
  if (!effect) return null;
  const { icon: Sign, word, says } = WORDS[effect];
  return (
    <span className={classes.effect} data-effect={effect} title={says}>
      <Sign size={15} aria-hidden />
      {word}
    </span>
  );
}
