import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareWithHistory } from './first-committed.ts';
import { judge, type Version } from './judge.ts';
import { compareDigests, digestsOf, versionsIn } from './released-files.ts';

/** Where the gate looks. */
export interface Places {
  /** The folder with `released/VERSION/` and `released.sha256`. */
  readonly tool: string;
  /** The package, with what it ships: `schemas/VERSION/` and `asyncapi/VERSION/`. */
  readonly contracts: string;
}

/** What the gate found. */
export interface Verdict {
  /** For people, a line each. */
  readonly lines: readonly string[];
  readonly passed: boolean;
}

/** The name under which the AsyncAPI document lies among the schemas of a released version. */
const ASYNCAPI = 'asyncapi';

/**
 * Judges what the package ships, and what the source says now, by the schemas of released versions; and these by
 * what they were when they were released. A version that was never kept cannot be judged by, so there has to be one, and the
 * current one has to be among them.
 *
 * @param isReleasing whether the current one is about to be kept, so that it may be missing
 * @throws Error for a file that is no JSON, or cannot be read
 */
export async function gate(
  { tool, contracts }: Places,
  current: Version,
  isReleasing = false,
): Promise<Verdict> {
  const folder = join(tool, 'released');
  const versions = await versionsIn(folder);
  const lines: string[] = [];
  let passed = true;
  const found = (good: string, faults: readonly string[]): void => {
    if (faults.length === 0) lines.push(good);
    passed &&= faults.length === 0;
    lines.push(...faults.map((fault) => `incompatible: ${fault}.`));
  };
  found(`kept: ${versions.join(', ') || 'none'}`, isReleasing ? [] : missing(versions, current.version));
  found('unchanged: released files, by their digests', await toDigests(tool));
  const { faults, sight } = compareWithHistory(tool);
  found(`unchanged: released files, by their history: ${sight}`, faults);
  for (const version of versions) {
    const released = await keptVersion(folder, version);
    const shipped = await shippedVersion(contracts, version);
    const counted = `${Object.keys(released.schemas).length} schemas and the AsyncAPI document`;
    for (const [what, judged] of [
      [`${version} as it is shipped`, shipped],
      [`${current.version} as the source has it, beside ${version}`, current],
    ] as const)
      found(
        `compatible: ${what}: ${counted}`,
        judge(released, judged).map((one) => `${what}: ${one.schema} ${one.pointer}: ${one.text}`),
      );
  }
  return { lines, passed };
}

/** Keeps the schemas of now, as those of a version that is released. */
export async function release({ tool }: Places, { version, schemas, asyncapi }: Version): Promise<void> {
  const folder = join(tool, 'released', version);
  await mkdir(folder, { recursive: true });
  for (const [name, document] of Object.entries({ ...schemas, [ASYNCAPI]: asyncapi }))
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  await writeFile(join(tool, 'released.sha256'), await digestsOf(join(tool, 'released')));
}

function missing(versions: readonly string[], current: string): readonly string[] {
  if (versions.includes(current)) return [];
  const what = versions.length === 0 ? 'no released version is kept' : `version ${current} is not kept`;
  return [`${what} in released/, so nothing guards it: npm run schema-gate -- --release, in the same commit`];
}

async function toDigests(tool: string): Promise<readonly string[]> {
  const found = await digestsOf(join(tool, 'released'));
  try {
    return compareDigests(await readFile(join(tool, 'released.sha256'), 'utf8'), found);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return ['released.sha256 is gone'];
  }
}

async function keptVersion(folder: string, version: string): Promise<Version> {
  const { [ASYNCAPI]: asyncapi = null, ...schemas } = await documentsIn(join(folder, version));
  return { version, schemas, asyncapi };
}

async function shippedVersion(contracts: string, version: string): Promise<Version> {
  const schemas = await documentsIn(join(contracts, 'schemas', version));
  const { [ASYNCAPI]: asyncapi = null } = await documentsIn(join(contracts, 'asyncapi', version));
  return { version, schemas, asyncapi };
}

/** The documents in a folder, by name; none where it is missing, which is then objected to. */
async function documentsIn(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const documents: Record<string, unknown> = {};
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8');
    try {
      documents[name.replace(/\.json$/, '')] = JSON.parse(text);
    } catch (cause) {
      throw new Error(`${path} is not valid JSON. Restore it, or write it anew (docs/contributing.md).`, {
        cause,
      });
    }
  }
  return documents;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
