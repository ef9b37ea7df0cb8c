import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the simulator from the sources of this workspace: nothing needs to be built before. */
export async function buildSimulator(entry = 'src/main.ts') {
  await build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: [entry],
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@tapps-agents/source'],
    // Modules in CommonJS, such as graceful-fs, call require() for node's own modules; an ES module has none.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
