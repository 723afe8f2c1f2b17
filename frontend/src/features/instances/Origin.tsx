import { IconFlask, IconHandFinger, IconRecycle, IconWand, type Icon } from '@tabler/icons-react';
import type { Origin as Told } from '@/api/types';
import classes from './InstancePage.module.css';

interface Words {
  icon: Icon;
  word: string;
  says: string;
}

const DRY_RUN: Record<'real' | 'simulated' | 'guessed', Words> = {
  real: { icon: IconFlask, word: 'really run', says: 'It only looks, so the dry run ran it.' },
  simulated: {
    icon: IconFlask,
    word: 'simulated',
    says: 'The dry run changed nothing: it says what it would do.',
  },
  guessed: { icon: IconWand, word: 'guessed', says: 'The dry run did not run it: its data is a guess.' },
};

/** Where the result of an execution comes from, when it did not run as usual. */
export function originOf(origin: Told | null): Words | null {
  if (origin?.reused_from) {
    return { icon: IconRecycle, word: 'reused', says: 'Taken over from the run that is run again.' };
  }
  if (origin?.given)
    return { icon: IconHandFinger, word: 'given', says: 'Somebody gave this instead of running it.' };
  return origin?.dry_run ? DRY_RUN[origin.dry_run] : null;
}

/** The origin as icon and word. */
export function Origin({ origin }: { origin: Told | null }) {
  const words = originOf(origin);
  if (!words) return null;
  const Sign = words.icon;
  return (
    <span className={classes.origin} title={words.says}>
      <Sign size={13} aria-hidden />
      {words.word}
    </span>
  );
}
