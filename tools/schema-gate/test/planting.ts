import { readdirSync, readFileSync } from 'node:fs';
import { judge, type Version } from '../src/judge.ts';

/** A document that is changed. */
// oxlint-disable-next-line typescript/no-explicit-any -- every plant reaches into another part of it
export type Draft = any;

const folder = new URL('../released/1.0/', import.meta.url);
const documents = Object.fromEntries(
  readdirSync(folder).map((name) => [
    name.replace('.json', ''),
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
  ]),
) as Record<string, Draft>;

export const TASK = 'task_assignment';

/** The released documents. */
export function released(): Version {
  const { asyncapi, ...schemas } = structuredClone(documents);
  return { version: '1.0', schemas, asyncapi };
}

/** What is said about the released documents after a change, made as a later version is made: with ids of its own. */
export function saidOf(
  plant: (schemas: Record<string, Draft>, asyncapi: Draft) => unknown,
  version: string,
  ids: 'of its own' | 'as they were' = 'of its own',
): readonly string[] {
  const { schemas, asyncapi } = released() as { schemas: Record<string, Draft>; asyncapi: Draft };
  if (ids === 'of its own') {
    for (const schema of Object.values(schemas)) schema.$id = schema.$id.replace(':1.0:', `:${version}:`);
    asyncapi.id = asyncapi.id.replace(':1.0', `:${version}`);
    asyncapi.info.version = version;
  }
  plant(schemas, asyncapi);
  return judge(released(), { version, schemas, asyncapi }).map(
    ({ schema, pointer, text }) => `${schema} ${pointer}: ${text}`,
  );
}

/** Something that is done to the documents. */
export type Plant = [what: string, plant: (schemas: Record<string, Draft>, asyncapi: Draft) => unknown];
