import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readArchive } from '../src/archive/archive-reader.ts';

it.skipIf(process.platform === 'win32')(
  'an archive is left in the middle of a line when that is asked for [Windows has no file without an end]',
  async () => {
    const stop = new AbortController();
    const source = { name: 'zeros', path: '/dev/zero', kind: 'ndjson', gzip: false } as const;
    const reading = readArchive(
      { ...source, [Symbol.asyncDispose]: () => Promise.resolve() },
      stop.signal,
    ).next();
    const ended = expect(reading).rejects.toBe('enough');
    // A while into it, wherever that is.
    for (let turns = 0; turns < 100; turns += 1) await setImmediate();
    stop.abort('enough');
    await ended;
  },
);
