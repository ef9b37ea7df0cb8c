// Writes man/tapps-mq.1 from what the commands say of themselves. A test fails when the page and the source part ways.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const page = new URL('../man/tapps-mq.1', import.meta.url);
// Below this package, so that what is not bundled is found.
const outfile = fileURLToPath(new URL('../node_modules/.cache/manual.mjs', import.meta.url));

await build({
  entryPoints: [fileURLToPath(new URL('manual.ts', import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tapps-agents/source'],
  external: ['yargs', 'cli-table3', 'cli-progress', 'ink', 'react', 'jsonc-parser', 'string-width'],
  // graceful-fs is CommonJS and asks for node's modules with `require`.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
try {
  const { manual } = await import(pathToFileURL(outfile).href);
  await mkdir(new URL('.', page), { recursive: true });
  await writeFile(page, manual());
} finally {
  await rm(outfile, { force: true });
}
