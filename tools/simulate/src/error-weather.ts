import type { Random } from './random.ts';

/** A call that can be made to fail. */
export type FallibleVerb =
  | 'create'
  | 'write'
  | 'sync'
  | 'close'
  | 'read'
  | 'rename'
  | 'remove'
  | 'createDirectory'
  | 'removeDirectory'
  | 'list'
  | 'status'
  | 'touch'
  | 'syncDirectory'
  | 'holdExclusively';

/** A time of bad luck: from one step of the machine to another. */
export interface Spell {
  readonly fromStep: number;
  readonly toStep: number;
  /** The share of calls that fail. */
  readonly rate: number;
  /** Only these codes; a call that none of them fits is left alone. */
  readonly codes: readonly string[];
}

/** How a call is made to fail; `after` does it first: the answer got lost. */
export interface InjectedError {
  readonly code: string;
  readonly when: 'before' | 'after';
}

/** What each call may fail with: its manual page, as far as it is anything but wrong use. */
const possible: Readonly<Record<FallibleVerb, readonly string[]>> = {
  create: ['ENOSPC', 'EIO', 'EMFILE', 'EACCES'],
  write: ['ENOSPC', 'EIO'],
  sync: ['EIO', 'ENOSPC'],
  close: ['EIO'],
  read: ['EIO', 'EMFILE', 'EACCES'],
  rename: ['EIO', 'ENOSPC', 'EACCES', 'EBUSY'],
  remove: ['EIO', 'EACCES', 'EBUSY'],
  createDirectory: ['ENOSPC', 'EIO', 'EACCES'],
  removeDirectory: ['EIO', 'EACCES', 'EBUSY'],
  list: ['EIO', 'EMFILE', 'EACCES'],
  status: ['EIO', 'EACCES'],
  touch: ['EIO', 'EACCES'],
  syncDirectory: ['EIO', 'EMFILE', 'ENOSPC'],
  holdExclusively: ['EIO', 'EMFILE'],
};

/** Calls whose effect can be there although the answer was an error: on a network, and on a disk that fails midway. */
const canFailAfter = new Set<FallibleVerb>([
  'create',
  'rename',
  'remove',
  'createDirectory',
  'touch',
  'syncDirectory',
]);

/** Decides which calls fail, and how. */
export class ErrorWeather {
  readonly #spells: readonly Spell[];
  readonly #random: Random;
  readonly #shortWrites: number;
  /** False: all is well from now on. */
  bad = true;
  /** How many calls have failed, and how many writes have taken less than all. */
  struck = 0;
  shortened = 0;

  constructor(spells: readonly Spell[], shortWrites: number, random: Random) {
    this.#spells = spells;
    this.#shortWrites = shortWrites;
    this.#random = random;
  }

  /** The error of this call; null when it goes well. */
  strike(verb: FallibleVerb, step: number): InjectedError | null {
    if (!this.bad) return null;
    for (const { fromStep, toStep, rate, codes } of this.#spells) {
      if (step < fromStep || step >= toStep) continue;
      const fitting = possible[verb].filter((code) => codes.includes(code));
      if (fitting.length === 0 || !this.#random.chance(rate)) continue;
      const code = this.#random.pick(fitting);
      const after = code === 'EIO' && canFailAfter.has(verb) && this.#random.chance(0.3);
      this.struck += 1;
      return { code, when: after ? 'after' : 'before' };
    }
    return null;
  }

  /** How many of so many bytes a write takes. */
  taken(bytes: number): number {
    if (!this.bad || !this.#random.chance(this.#shortWrites)) return bytes;
    this.shortened += 1;
    return Math.max(1, Math.floor(bytes * this.#random.next()));
  }
}
