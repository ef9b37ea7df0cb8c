import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import notOnWindows from './tools/wine/not-on-windows.json' with { type: 'json' };

// Every package's tests run from source: the condition resolves our own packages to src/, so no build is needed first.
export default defineConfig({
  ssr: { resolve: { conditions: ['@tapps-agents/source', 'module', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.platform === 'win32' ? Object.keys(notOnWindows) : [])],
    globalSetup: ['packages/cli/test/support/one-bundle.ts'],
    // Long enough for a busy computer: what hangs is still ended.
    testTimeout: 120_000,
    hookTimeout: 60_000, // Also for removing what a test made, which may be thousands of files.
    pool: 'forks',
    // A process goes on with the next file: to load everything anew for each took half of all processor time.
    isolate: false,
    // One file for each core; by itself it would leave one of them, of two, to the processes that tests start.
    maxWorkers: availableParallelism(),
  },
});
