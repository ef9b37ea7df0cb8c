import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Verbs } from '../verbs.ts';
import { stamped } from './latencies.ts';

/** Writes files that say when they were sent into `tmp` and renames each into `inbox`, with a pause of random length before it. */
export function bareCaller(settings: { readonly directory: string; readonly pause_ms: number }): Verbs {
  return {
    async call(count) {
      for (let sent = 0; sent < count; sent += 1) {
        await setTimeout(settings.pause_ms * (0.5 + Math.random()));
        const name = `${process.hrtime.bigint()}.json`;
        fs.writeFileSync(join(settings.directory, 'tmp', name), stamped(), { flag: 'wx' });
        fs.renameSync(join(settings.directory, 'tmp', name), join(settings.directory, 'inbox', name));
      }
    },
  };
}
