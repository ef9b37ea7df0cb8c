import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
import { whyNoStrace } from '../src/inside/count-calls.ts';
import type { InsideReport } from '../src/inside/look-inside.ts';
import { parts } from '../src/inside/parts.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const tool = fileURLToPath(new URL('..', import.meta.url));
const repository = join(tool, '..', '..');
// Not into `dist` itself: the tool may be at work there; nor where other tests have theirs.
const built = join('dist', 'test-inside');

beforeAll(async () => {
  await bundleTool(tool, ['main', 'child'], built);
});

/** Runs the bench in a directory, in which it leaves nothing. */
function look(...parameters: string[]): { readonly stdout: string; readonly report: InsideReport } {
  using place = temporaryDirectory();
  using out = temporaryDirectory();
  const json = join(out.path, 'report.json');
  const words = [...parameters, '--messages', '200', '--dir', place.path, '--json', json];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(tool, built, 'main.js'), ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(readdirSync(place.path)).toEqual([]);
  return { stdout, report: JSON.parse(readFileSync(json, 'utf8')) as InsideReport };
}

test.each(['send', 'receive', 'work'])(
  '--profile %s tells where all of the time goes, and what is allocated',
  (operation) => {
    const { stdout, report } = look('--profile', operation);
    expect(report.profiles.map(({ subject }) => subject)).toEqual(['this queue', 'protocol calls']);
    for (const { parts: shares, user_us, system_us, ...bytes } of report.profiles) {
      expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      expect(user_us + system_us).toBeGreaterThan(0);
      expect(bytes.allocated_bytes).toBeGreaterThan(bytes.outlived_bytes);
    }
    expect(report.profiles[0]?.parts).toHaveProperty('validating, parsing, writing as text');
    expect(stdout).toMatch(/^\| all +\| 100\.0 % /m);
  },
);

test('--calls counts what a message takes, without what a start takes', ({ skip }) => {
  skip(whyNoStrace() !== null, 'there is no strace here that may trace');
  const { stdout, report } = look('--calls', 'receive');
  const [ours, bare] = report.calls;
  expect(renames(ours?.calls)).toBe(2);
  expect(renames(bare?.calls)).toBe(2);
  expect(bare?.calls).not.toHaveProperty('execve');
  expect(stdout).toMatch(/^\| all +\| \d/m);
});

test('every source that the parts name is there', () => {
  for (const source of parts.flatMap(({ sources }) => sources)) {
    const [file = '', name] = source.split('#');
    expect(existsSync(join(repository, file)), source).toBe(true);
    if (name !== undefined)
      expect(readFileSync(join(repository, file), 'utf8')).toMatch(new RegExp(`function ${name}\\(`));
  }
});

/** Which of several calls a rename is differs by machine. */
function renames(calls: Readonly<Record<string, number>> = {}): number {
  return Object.entries(calls).reduce(
    (sum, [name, count]) => sum + (name.startsWith('rename') ? count : 0),
    0,
  );
}
