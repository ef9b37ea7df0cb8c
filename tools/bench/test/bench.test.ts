import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
import type { Report } from '../src/report/report.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const tool = fileURLToPath(new URL('..', import.meta.url));
// Not into `dist` itself: the tool may be at work there.
const built = join('dist', 'test');

beforeAll(async () => {
  await bundleTool(tool, ['main', 'child'], built);
});

function bench(...parameters: string[]): { status: number | null; stdout: string; stderr: string } {
  return benchIn(process.env, parameters);
}

function benchIn(env: NodeJS.ProcessEnv, parameters: readonly string[]): ReturnType<typeof bench> {
  return spawnSync(process.execPath, [join(tool, built, 'main.js'), ...parameters], {
    env,
    encoding: 'utf8',
  });
}

test('measures a row in a directory, says so, and leaves nothing there', () => {
  using place = temporaryDirectory();
  using out = temporaryDirectory();
  const json = join(out.path, 'report.json');
  const { status, stdout, stderr } = bench(
    '--only',
    'send,receive',
    '--messages',
    '40',
    '--no-peers',
    '--dir',
    place.path,
    '--json',
    json,
  );
  expect(stderr).not.toContain('failed');
  expect(status).toBe(0);
  expect(stdout).toContain(`at ${place.path}`);
  expect(stdout).toContain('- plainjob: left out (--no-peers)');
  const report = JSON.parse(readFileSync(json, 'utf8')) as Report;
  expect(report.results.map(({ row }) => row)).toEqual(['send', 'receive']);
  for (const { measured } of report.results) {
    const ours = measured.find(({ subject }) => subject === 'this queue');
    expect(ours?.cost_us.median).toBeGreaterThan(0);
    expect(ours?.ratio?.median).toBeGreaterThan(0);
    expect(measured.find(({ subject }) => subject === 'node calls')?.ratio?.median).toBe(1);
  }
  expect(readdirSync(place.path)).toEqual([]);
});

test('where the queue cannot be run, every row that compares it fails, and so does the run', () => {
  using place = temporaryDirectory();
  using preloaded = temporaryDirectory();
  // Loaded by every process of the run before its program.
  const planted = join(preloaded.path, 'planted.mjs');
  writeFileSync(
    planted,
    `if (process.argv.some((word) => /"this queue"|^drainer$/.test(word))) throw new TypeError('planted');`,
  );
  const env = { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(planted).href}` };
  const rows = ['send', 'backlog', 'ledger'];
  const words = ['--only', rows.join(), '--messages', '40', '--no-peers', '--dir', place.path];
  const { status, stdout } = benchIn(env, words);
  for (const row of rows)
    expect(stdout).toMatch(new RegExp(`^- ${row} on \\S+: Error: .*TypeError: planted$`, 'm'));
  expect(status).toBe(1);
  expect(readdirSync(place.path)).toEqual([]);
});

test('a row that is not there is refused, with those that are', () => {
  const { status, stderr } = bench('--only', 'sending');
  expect(status).toBe(2);
  expect(stderr).toContain('--only takes send, send-many, send-full');
});
