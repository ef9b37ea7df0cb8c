import { join } from 'node:path';
import { SCHEMA_VERSION } from '@tapps-agents/contracts';
import { schemaFiles } from '../../../packages/contracts/scripts/schema-files.ts';
import { readCommandLine } from '../../command-line.ts';
import { gate, release, type Places } from './gate.ts';
import type { Version } from './judge.ts';
import { versionsIn } from './released-files.ts';

/*
 * The released schemas lie in `released/<version>/` of this tool and are changed by nobody: `--release` adds those of a version
 * when it is released. They are compared with what the package ships of that version, and with what the source says now.
 */

const repository = join(import.meta.dirname, '../../..');
const places: Places = {
  tool: join(repository, 'tools/schema-gate'),
  contracts: join(repository, 'packages/contracts'),
};

const USAGE = `npm run schema-gate                 the schemas of now beside those that were released
npm run schema-gate -- --release    keeps the schemas of now as released`;

const { values } = readCommandLine(USAGE, { options: { release: { type: 'boolean', default: false } } });

const current = generated();
const isReleasing = values.release;
const { lines, passed } = await gate(places, current, isReleasing);
for (const line of lines) console.log(line);
if (!passed) process.exitCode = 1;
if (isReleasing) await keep();

async function keep(): Promise<void> {
  const isKept = (await versionsIn(join(places.tool, 'released'))).includes(SCHEMA_VERSION);
  if (passed && !isKept) {
    await release(places, current);
    console.log(`released: ${SCHEMA_VERSION}. Commit tools/schema-gate/released and released.sha256.`);
  } else {
    console.log(isKept ? `${SCHEMA_VERSION} was released already.` : 'Nothing is released.');
    process.exitCode = 1;
  }
}

function generated(): Version {
  const documents = schemaFiles().map(({ path, text }) => [path, JSON.parse(text) as unknown] as const);
  const schemas = documents.flatMap(([path, document]) => {
    const name = /^schemas\/[^/]+\/(.+)\.json$/.exec(path)?.[1];
    return name === undefined ? [] : [[name, document] as const];
  });
  const asyncapi = documents.find(([path]) => path.startsWith('asyncapi/'))?.[1] ?? null;
  return { version: SCHEMA_VERSION, schemas: Object.fromEntries(schemas), asyncapi };
}
