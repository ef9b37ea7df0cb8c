import { closeSync, existsSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createImage, runCommand } from '@tapps-agents-tools/file-systems';
import { describe, expect, test } from 'vitest';
import { Children } from '../src/children.ts';
import { kinds } from '../src/kinds.ts';
import { methodsOf, pullPlug, whyNoPlug } from '../src/plug.ts';

describe.each(kinds)('of %s', (kind) => {
  const reason = whyNoPlug(kind);

  test.for(methodsOf(kind))(
    'a %s takes what was not flushed, and only that',
    { timeout: 240_000 },
    async (method, { skip }) => {
      skip(reason !== null, reason ?? '');
      // A file system flushes by itself after some seconds, which may pass on a busy machine.
      for (let attempt = 1; ; attempt += 1) {
        let image = await createImage(kind, { size_mib: 320 });
        try {
          writeFileSync(join(image.directory, 'flushed'), 'a');
          const directory = openSync(image.directory, 'r');
          fsyncSync(directory);
          closeSync(directory);
          runCommand('sync', '--file-system', image.directory);
          writeFileSync(join(image.directory, 'not flushed'), 'b');
          image = await pullPlug(method, image, new Children([]));
          expect(existsSync(join(image.directory, 'flushed'))).toBe(true);
          if (!existsSync(join(image.directory, 'not flushed'))) return;
          expect(attempt).toBeLessThan(10);
        } finally {
          await image[Symbol.asyncDispose]();
        }
      }
    },
  );
});
