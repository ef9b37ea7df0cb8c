// Writes schemas/<version>/*.json and asyncapi/<version>/asyncapi.json from the schemas in src/. A test fails when the files
// and the source part ways.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('schema-files.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  write: false,
});
const [output] = bundle.outputFiles;
const { schemaFiles } = await import(
  `data:text/javascript;base64,${Buffer.from(output.contents).toString('base64')}`
);

for (const { path, text } of schemaFiles()) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
