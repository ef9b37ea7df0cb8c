import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '@tapps-agents/fs-atomic';

/** Takes the room of a disk, and gives some of it back. */
export interface Room {
  /** Until not the least is left. */
  takeAll(): void;
  /** So many bytes, or files where inodes are what there is too little of. */
  giveBack(amount: number): void;
  giveAllBack(): void;
}

/** The room for bytes. */
export function roomForBytes(directory: string): Room {
  const path = join(directory, 'filler');
  return {
    takeAll() {
      const descriptor = openSync(path, 'a');
      try {
        // In ever smaller steps, to the last block.
        for (let step = 4_194_304; step >= 512; step /= 2) {
          untilFull(() => {
            writeSync(descriptor, Buffer.alloc(step));
            fsyncSync(descriptor);
          });
        }
      } finally {
        closeSync(descriptor);
      }
    },
    giveBack: (amount) => truncateSync(path, Math.max(0, statSync(path).size - amount)),
    giveAllBack: () => rmSync(path, { force: true }),
  };
}

/** The room for files. */
export function roomForFiles(directory: string): Room {
  const fillers = join(directory, 'fillers');
  mkdirSync(fillers);
  let count = 0;
  return {
    takeAll() {
      untilFull(() => writeFileSync(join(fillers, `${(count += 1)}`), ''));
    },
    giveBack(amount) {
      for (const name of readdirSync(fillers).slice(0, amount)) rmSync(join(fillers, name));
    },
    giveAllBack: () => rmSync(fillers, { recursive: true, force: true }),
  };
}

function untilFull(take: () => void): void {
  try {
    for (;;) take();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error;
  }
}
