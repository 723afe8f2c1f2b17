import {
  IconArrowsSplit,
  IconBell,
  IconBolt,
  IconBroadcast,
  IconClock,
  IconFile,
  IconFileText,
  IconMail,
  IconServerCog,
  IconTool,
  type Icon,
} from '@tabler/icons-react';
import type { ActivityType } from '@/api/types';
import classes from './TypeIcon.module.css';

const BY_CATEGORY: [RegExp, Icon][] = [
  [/control/i, IconArrowsSplit],
  [/system/i, IconServerCog],
  [/schedul/i, IconClock],
  [/monitor/i, IconBroadcast],
  [/text/i, IconFileText],
  [/file/i, IconFile],
  [/mail/i, IconMail],
  [/notif/i, IconBell],
  [/util/i, IconTool],
];

/** A hue per category, so that activities of one kind are seen as such; the icon says the same. */
const hueOf = (category: string): number => {
  let sum = 0;
  for (const letter of category) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
};

interface Props {
  type: ActivityType | undefined;
  size?: number;
}

/** The icon of an activity type: the pack's own drawing as a mask in the text colour, else one of its category. */
export function TypeIcon({ type, size = 32 }: Props) {
  const style = { '--size': `${size}px`, '--hue': hueOf(type?.category ?? '') } as React.CSSProperties;
  if (type?.icon) {
    const image = `url("data:image/svg+xml,${encodeURIComponent(type.icon)}")`;
    return (
      <span className={classes.tile} style={style} aria-hidden>
        <span className={classes.mask} style={{ maskImage: image }} />
      </span>
    );
  }
  const Sign = BY_CATEGORY.find(([name]) => name.test(type?.category ?? ''))?.[1] ?? IconBolt;
  return (
    <span className={classes.tile} style={style} aria-hidden>
      <Sign size={size * 0.6} stroke={1.7} />
    </span>
  );
}
