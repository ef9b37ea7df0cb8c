import { execFileSync, spawnSync } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gate, release, type Places } from '../src/gate.ts';
import type { Version } from '../src/judge.ts';

const repository = join(import.meta.dirname, '../../..');

let directory: string;
let places: Places;
let current: Version;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schema-gate-'));
  places = { tool: join(directory, 'tool'), contracts: join(directory, 'contracts') };
  for (const part of ['released', 'released.sha256'])
    await cp(join(repository, 'tools/schema-gate', part), join(places.tool, part), { recursive: true });
  for (const part of ['schemas', 'asyncapi'])
    await cp(join(repository, 'packages/contracts', part), join(places.contracts, part), { recursive: true });
  const kept = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(places.tool, 'released/1.0', `${name}.json`), 'utf8'));
  const names = ['dead_letter_reason', 'envelope', 'status_update', 'task_assignment', 'task_complete'];
  const schemas = await Promise.all(names.map(async (name) => [name, await kept(name)] as const));
  current = { version: '1.0', schemas: Object.fromEntries(schemas), asyncapi: await kept('asyncapi') };
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const task = 'released/1.0/task_assignment.json';

function git(...args: readonly string[]): void {
  const config = ['user.name=A', 'user.email=a@example.com', 'commit.gpgsign=false', 'core.autocrlf=false'];
  execFileSync('git', [...config.flatMap((one) => ['-c', one]), ...args], { cwd: directory, stdio: 'pipe' });
}

/** Whether the history can be looked at. */
const hasGit = spawnSync('git', ['--version']).status === 0;

function commit(message: string): void {
  git('add', '-A');
  git('commit', '-q', '-m', message);
}

async function faults(isReleasing = false): Promise<readonly string[]> {
  const { lines, passed } = await gate(places, current, isReleasing);
  const found = lines.filter((line) => line.startsWith('incompatible: '));
  expect(passed).toBe(found.length === 0);
  return found.map((line) => line.slice('incompatible: '.length));
}

/** Changes a released file and its digest, as one does who means it. */
async function changeWithDigest(): Promise<void> {
  await appendFile(join(places.tool, task), '\n');
  await release(places, { ...current, version: '1.0', schemas: {} });
}

test('as it is, with a word about how far it sees', async () => {
  const { lines, passed } = await gate(places, current);
  expect(passed).toBe(true);
  expect(lines).toContain(
    'unchanged: released files, by their history: no history of git is at hand, so only digests were checked',
  );
});

test('released versions that are gone are no released versions, and no pass', async () => {
  await rm(join(places.tool, 'released'), { recursive: true });
  await rm(join(places.tool, 'released.sha256'));
  expect(await faults()).toEqual([
    expect.stringMatching(/^no released version is kept in released\/.*--release/),
    'released.sha256 is gone.',
  ]);
});

test('one released version that is gone', async () => {
  await rm(join(places.tool, 'released/1.0'), { recursive: true });
  expect(await faults()).toHaveLength(7);
});

test('the version of now has to be kept', async () => {
  current = { ...current, version: '2.0' };
  expect(await faults()).toEqual([expect.stringMatching(/^version 2\.0 is not kept in released\//)]);
  expect(await faults(true)).toEqual([]);
});

test('a version that is released is kept with its digests, and then guarded', async () => {
  for (const part of ['schemas', 'asyncapi'])
    await cp(join(places.contracts, part, '1.0'), join(places.contracts, part, '2.0'), { recursive: true });
  const asyncapi = { ...(current.asyncapi as object), info: { version: '2.0' } };
  await writeFile(join(places.contracts, 'asyncapi/2.0/asyncapi.json'), JSON.stringify(asyncapi));
  current = { ...current, version: '2.0', asyncapi };
  await release(places, current);
  expect(await faults()).toEqual([]);
  await appendFile(join(places.tool, 'released/2.0/envelope.json'), '\n');
  expect(await faults()).toEqual([expect.stringMatching(/^released\/2\.0\/envelope\.json is not as it was/)]);
});

test('a released file that was changed', async () => {
  await appendFile(join(places.tool, task), '\n');
  expect(await faults()).toEqual([
    `${task} is not as it was released. Released files are changed by nobody.`,
  ]);
});

test('a released file that is new, or gone', async () => {
  await writeFile(join(places.tool, 'released/1.0/more.json'), '{}');
  await rm(join(places.tool, task));
  const [gone, unlisted] = await faults();
  expect(gone).toBe(`${task} is gone.`);
  expect(unlisted).toBe('released/1.0/more.json has no line in released.sha256.');
});

test('a released file that was changed together with its digest, by the history', async ({ skip }) => {
  skip(!hasGit, 'git is not installed here');
  git('init', '-q');
  commit('first');
  expect(await faults()).toEqual([]);
  await changeWithDigest();
  const said = [`${task} is not as it was when it was first committed.`];
  expect(await faults()).toEqual(said);
  commit('both');
  expect(await faults()).toEqual(said);
  git('revert', '--no-edit', 'HEAD');
  expect(await faults()).toEqual([]);
});

test('a released file that is gone together with its digest, by the history', async ({ skip }) => {
  skip(!hasGit, 'git is not installed here');
  git('init', '-q');
  commit('first');
  await rm(join(places.tool, 'released/1.0'), { recursive: true });
  await writeFile(join(places.tool, 'released.sha256'), '');
  commit('away');
  expect(await faults()).toContain(`${task} was committed once and is gone.`);
});

test('a shallow clone sees as far as it reaches back, and says so', async ({ skip }) => {
  skip(!hasGit, 'git is not installed here');
  git('init', '-q');
  commit('first');
  await changeWithDigest();
  commit('both');
  const clone = join(directory, 'clone');
  git('clone', '-q', '--depth', '1', pathToFileURL(directory).href, clone);
  places = { tool: join(clone, 'tool'), contracts: join(clone, 'contracts') };
  const { lines, passed } = await gate(places, current);
  expect(passed).toBe(true);
  expect(lines.find((line) => line.includes('history'))).toMatch(
    /as far as this shallow clone reaches back$/,
  );
});

test('a version whose files the package does not ship', async () => {
  await rm(join(places.contracts, 'asyncapi/1.0'), { recursive: true });
  await rm(join(places.contracts, 'schemas/1.0/envelope.json'));
  expect(await faults()).toEqual([
    '1.0 as it is shipped: envelope : the schema is gone.',
    '1.0 as it is shipped: asyncapi : the AsyncAPI document is gone, or no object.',
  ]);
});

test('a file that is no JSON is named', async () => {
  await writeFile(join(places.contracts, 'schemas/1.0/envelope.json'), '{');
  await expect(gate(places, current)).rejects.toThrow(/envelope\.json is not valid JSON/);
});
