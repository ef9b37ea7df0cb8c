import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Verbs } from '../verbs.ts';
import { Latencies, since_ms, stamped } from './latencies.ts';

/** Whether this directory can be watched at all. */
export interface Watching {
  /** Null where it can. */
  readonly reason: string | null;
}

const TRIED_MS = 5_000;

/** The floor of a wake-up: watches a directory with node's own `fs.watch`, and reads and removes each file that it is told of. */
export function bareSleeper({ directory }: { readonly directory: string }): Verbs {
  const latencies_ms = new Latencies<number>();
  const inbox = join(directory, 'inbox');
  for (const name of ['tmp', 'inbox']) fs.mkdirSync(join(directory, name));
  return {
    ready: async (): Promise<Watching> => {
      try {
        fs.watch(inbox, (_, name) => {
          const text = name === null ? null : taken(join(inbox, name));
          if (text !== null) latencies_ms.add(since_ms(text));
        });
      } catch (error) {
        return { reason: `it cannot be watched: ${String(error)}` };
      }
      fs.writeFileSync(join(directory, 'tmp', 'first'), stamped());
      fs.renameSync(join(directory, 'tmp', 'first'), join(inbox, 'first'));
      const heard = latencies_ms.gathered(1).then(() => null);
      return { reason: await Promise.race([heard, setTimeout(TRIED_MS, 'no event of the watch comes')]) };
    },
    wakes: (count) => latencies_ms.gathered(count),
  };
}

/** Null of one that is gone: its removal is told, too. */
function taken(path: string): string | null {
  try {
    const text = fs.readFileSync(path, 'utf8');
    fs.unlinkSync(path);
    return text;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
