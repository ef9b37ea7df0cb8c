import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  // Commands load the queue when they run; without splitting, everything would be loaded for `--version`.
  splitting: true,
  clean: true,
  removeNodeProtocol: false,
});
