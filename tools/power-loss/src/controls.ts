import type { Variation } from './cast.ts';
import { kinds, type Kind } from './kinds.ts';

/** A mistake that is planted to see that it is noticed. */
export interface Control {
  readonly name: string;
  readonly variation: Variation;
  /** Where it must be noticed. */
  readonly noticedOn: readonly Kind[];
}

const producers = ['one by one', 'many at once', '64 callers'] as const;
/** Nobody else flushes what it has renamed last. */
const alone = ['one by one'] as const;

/** The mistakes that are quickly seen, for a short look whether the checks see at all. */
export const quickControls: readonly Control[] = [
  {
    name: "sent with durability 'none'",
    variation: { durability: 'none', roles: producers },
    noticedOn: kinds,
  },
  { name: "sent with durability 'file'", variation: { durability: 'file', roles: alone }, noticedOn: kinds },
];

/** Weaker durability sold as full, and flushes that do not happen. */
export const allControls: readonly Control[] = [
  ...quickControls,
  {
    name: "acknowledged with durability 'none'",
    variation: { ackDurability: 'none', roles: ['sender and receiver'] },
    noticedOn: kinds,
  },
  {
    name: 'directories not flushed, by a sender',
    variation: { fault: 'directories not flushed', roles: alone },
    noticedOn: kinds,
  },
  {
    name: 'directories not flushed, by anybody',
    variation: { fault: 'directories not flushed' },
    noticedOn: kinds,
  },
  { name: 'files not flushed', variation: { fault: 'files not flushed' }, noticedOn: ['ext4', 'xfs'] },
  { name: 'nothing flushed', variation: { fault: 'nothing flushed' }, noticedOn: kinds },
];
