import { join } from 'node:path';
import { build } from 'esbuild';
import { temporaryDirectory, type TemporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { afterAll, beforeAll } from 'vitest';
import { operationNamed } from '../../src/operations.ts';
import { tryOperation, type TrialOptions, type TrialReport } from '../../src/trial.ts';

/** Tries operations with a victim's program that is bundled for the tests of this file. */
export function useVictims(): {
  attempt: (operation: string, options: Partial<TrialOptions>) => Promise<TrialReport>;
} {
  let bundled: TemporaryDirectory | undefined;
  beforeAll(async () => {
    bundled = await temporaryDirectory();
    await build({
      entryPoints: [join(import.meta.dirname, '../../src/victim.ts')],
      outfile: join(bundled.path, 'victim.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['@tapps-agents/source'],
      // graceful-fs is CommonJS and calls require.
      banner: {
        js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
      },
    });
  }, 120_000);
  afterAll(async () => await bundled?.[Symbol.asyncDispose]());
  return {
    async attempt(operation, options) {
      await using directory = await temporaryDirectory();
      return await tryOperation(operationNamed(operation), {
        program: join(bundled?.path ?? '', 'victim.mjs'),
        directory: directory.path,
        workers: 4,
        ...options,
      });
    },
  };
}
