import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishFile } from '@tapps-agents/fs-atomic';
import { bundleProgram, child } from './child/run.ts';
import type { Child, ChildProgram } from './child/run.ts';
import { bytes, names, place } from './support.ts';

let program: ChildProgram;
beforeAll(async () => {
  program = await bundleProgram();
});
afterAll(() => program[Symbol.asyncDispose]());

/** Runs one job in four processes, started together, and returns what each said. */
async function inFourProcesses(job: string, directory: string, count: number): Promise<number[][]> {
  const started: Child[] = ['a', 'b', 'c', 'd'].map((name) => program.start(job, directory, name, count));
  try {
    for (const one of started) expect(await one.next()).toBe('ready');
    for (const one of started) one.go();
    const said = await Promise.all(started.map((one) => one.next()));
    for (const one of started) expect(await one.ended()).toBe(0);
    return said as number[][];
  } finally {
    for (const one of started) await one[Symbol.asyncDispose]();
  }
}

test('four processes move 300 files: each is moved by one of them', async () => {
  await using here = await place();
  const options = { temporaryDirectory: here.tmp, durability: 'none' } as const;
  for (let index = 0; index < 300; index += 1)
    await publishFile(join(here.box, `${index}`), bytes('x'), options);
  const won = await inFourProcesses('move', here.path, 300);
  expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
  expect(names(here.box)).toEqual([]);
  expect(names(here.tmp).length).toBe(300);
});

test('four processes create 300 names: each is created by one of them, with its content', async () => {
  await using here = await place();
  const won = await inFourProcesses('create', here.path, 300);
  expect(won.flat().length).toBe(300);
  for (const [index, mine] of won.entries()) {
    for (const name of mine) expect(readFileSync(join(here.box, `${name}`), 'utf8')).toBe('abcd'[index]);
  }
});

test('four processes share a mutex: never two inside, every generation once', async () => {
  await using here = await place();
  await mkdir(join(here.path, 'owners'));
  const generations = await inFourProcesses('mutex', here.path, 50);
  expect(generations.flat().sort((a, b) => a - b)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  expect(names(join(here.path, 'mutex'))).toEqual(['g200~free']);
  expect([...names(here.tmp), ...names(join(here.path, 'owners'))]).toEqual([]);
});

test('a publish and a listing wait until a file descriptor is free', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no limit on open files that a test could set');
  await using here = await place();
  const command = `ulimit -n 60; exec "${process.execPath}" "${program.path}" descriptors "${here.path}"`;
  await using one = child('sh', ['-c', command]);
  const said = (await one.next()) as { taken: number; first: string; listed: string[] };
  expect(said.taken).toBeGreaterThan(5);
  expect(said.first).toBe('waiting');
  expect(said.listed).toContain('before');
  expect(await one.ended()).toBe(0);
  expect(names(here.box)).toEqual(['a', 'before']);
});

test('a mode that was asked for is the mode that results, whatever the umask; a set-group-ID bit stays', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no permission bits');
  await using here = await place();
  await mkdir(join(here.path, 'shared'));
  await chmod(join(here.path, 'shared'), 0o2770);
  await using one = program.start('share', here.path);
  const { 'shared/box/file': file, record, ...modes } = (await one.next()) as Record<string, number>;
  expect(await one.ended()).toBe(0);
  expect([file, record]).toEqual([0o660, 0o660]);
  const { own, 'own/tmp': ownTemporary, 'own/file': ownFile, ...shared } = modes;
  expect([own, ownTemporary, ownFile]).toEqual([0o700, 0o700, 0o600]);
  // Linux hands the bit on to new directories; macOS needs none: mkdir(2).
  const bit = process.platform === 'linux' ? 0o2000 : 0;
  const { shared: parent, ...below } = shared;
  expect(parent).toBe(0o2770);
  expect(Object.keys(below)).toHaveLength(5);
  for (const [path, mode] of Object.entries(below)) expect([path, mode]).toEqual([path, bit | 0o770]);
});
