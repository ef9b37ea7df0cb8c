import fs from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Verbs } from '../verbs.ts';
import { Latencies, since_ms } from './latencies.ts';

/** The floor of a wake-up: watches a directory with node's own `fs.watch`, and reads and removes each file that it is told of. */
export function bareSleeper({ directory }: { readonly directory: string }): Verbs {
  const latencies_ms = new Latencies<number>();
  const inbox = join(directory, 'inbox');
  for (const name of ['tmp', 'inbox']) fs.mkdirSync(join(directory, name));
  fs.watch(inbox, (_, name) => {
    const text = name === null ? null : taken(join(inbox, name));
    if (text !== null) latencies_ms.add(since_ms(text));
  });
  return { ready: () => {}, wakes: (count) => latencies_ms.gathered(count) };
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
