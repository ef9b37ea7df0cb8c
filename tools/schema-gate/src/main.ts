import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMA_VERSION } from '@tapps-agents/contracts';
import { schemaFiles } from '../../../packages/contracts/scripts/schema-files.ts';
import { judge, type Objection, type Schemas, type Version } from './judge.ts';

/*
 * The released schemas lie in `released/<version>/` of this tool and are changed by nobody: `--release` adds those of a version
 * when it is released. They are compared with what the package ships of that version, and with what the source says now.
 */

const repository = join(import.meta.dirname, '../../..');
const releasedFolder = join(repository, 'tools/schema-gate/released');
const shippedFolder = join(repository, 'packages/contracts/schemas');

const [option] = process.argv.slice(2);
if (option !== undefined && option !== '--release') {
  console.error('Usage: npm run schema-gate [-- --release]');
  process.exit(2);
}

const current: Version = { version: SCHEMA_VERSION, schemas: generated() };
let failed = false;
for (const version of await foldersIn(releasedFolder)) {
  const released: Version = { version, schemas: await schemasIn(join(releasedFolder, version)) };
  const shipped: Version = { version, schemas: await schemasIn(join(shippedFolder, version)) };
  report(`${version} as it is shipped`, released, judge(released, shipped));
  report(`${SCHEMA_VERSION} as the source has it, beside ${version}`, released, judge(released, current));
}
if (option === '--release') await release();
process.exitCode = failed ? 1 : 0;

function report(what: string, { schemas }: Version, objections: readonly Objection[]): void {
  if (objections.length === 0) console.log(`compatible: ${what}: ${Object.keys(schemas).length} schemas`);
  for (const { schema, pointer, text } of objections) {
    failed = true;
    console.log(`incompatible: ${what}: ${schema} ${pointer}: ${text}.`);
  }
}

async function release(): Promise<void> {
  const folder = join(releasedFolder, SCHEMA_VERSION);
  if (failed || (await foldersIn(releasedFolder)).includes(SCHEMA_VERSION)) {
    console.log(failed ? 'Nothing is released.' : `${SCHEMA_VERSION} was released already.`);
    failed = true;
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const [name, schema] of Object.entries(current.schemas))
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`released: ${SCHEMA_VERSION}. Commit tools/schema-gate/released/${SCHEMA_VERSION}.`);
}

function generated(): Schemas {
  return Object.fromEntries(
    schemaFiles().flatMap(({ path, text }) => {
      const name = /^schemas\/[^/]+\/(.+)\.json$/.exec(path)?.[1];
      return name === undefined ? [] : [[name, JSON.parse(text) as Schemas[string]]];
    }),
  );
}

async function schemasIn(folder: string): Promise<Schemas> {
  const names = await readdir(folder);
  const read = async (name: string): Promise<[string, Schemas[string]]> => [
    name.replace(/\.json$/, ''),
    JSON.parse(await readFile(join(folder, name), 'utf8')) as Schemas[string],
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
