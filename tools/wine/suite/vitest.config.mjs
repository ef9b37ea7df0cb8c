// How the tests are run with Node for Windows under Wine; copied to the root of the copy of the sources.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const read = (name) => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));
// Not by their links in node_modules: a module that is found by two paths is two modules.
const alias = Object.entries(read('own-packages.json')).map(([name, source]) => ({
  find: new RegExp(`^${name}$`),
  replacement: path.join(import.meta.dirname, source),
}));

export default defineConfig({
  resolve: { alias },
  ssr: { resolve: { conditions: ['@tapps-agents/source', 'module', 'node', 'import', 'default'] } },
  test: {
    // Which files is for the tool to say, by their whole paths.
    include: JSON.parse(readFileSync(process.env.TAPPS_WINE_FILES, 'utf8')),
    reporters: ['default', './reporter.mjs'],
    globalSetup: ['packages/cli/test/support/one-bundle.ts'],
    pool: 'forks',
    // A process that has loaded everything once goes on with the next file; those that failed are run again each in its own.
    isolate: process.env.TAPPS_WINE_ISOLATE === 'true',
    // Wine looks through a whole directory for every name, whose case need not be right: large ones take their time, and on a busy
    // computer all do. What hangs is ended with its file.
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
