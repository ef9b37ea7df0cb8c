import { defineConfig } from 'vitest/config';

// Every package's tests run from source: the condition resolves our own packages to src/, so no build is needed first.
export default defineConfig({
  ssr: { resolve: { conditions: ['@tapps-agents/source', 'module', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
