// Writes schemas/*.json and docs/json.md from the schemas in src/json. A test fails when the files and the source part ways.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('json-files.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  conditions: ['@tapps-agents/source'],
  write: false,
});
const [output] = bundle.outputFiles;
const { jsonFiles } = await import(
  `data:text/javascript;base64,${Buffer.from(output.contents).toString('base64')}`
);

await rm(new URL('../schemas/', import.meta.url), { recursive: true, force: true });
for (const { path, text } of jsonFiles()) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
