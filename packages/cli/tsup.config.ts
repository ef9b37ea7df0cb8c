import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  // Commands load the queue when they run; without splitting, everything would be loaded for `--version`.
  splitting: true,
  // `schema` prints them: each in a file of its own, which only that command loads. Node 20 warns of JSON that it is to import.
  noExternal: [/^@tapps-agents\/contracts\/(schemas|asyncapi)\//],
  clean: true,
  removeNodeProtocol: false,
});
