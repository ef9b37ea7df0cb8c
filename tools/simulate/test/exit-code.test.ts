import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';

let directory = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tapps-simulate-test-'));
  await bundleTool(join(import.meta.dirname, '..'), ['main'], directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function simulator(
  words: readonly string[],
  nodeOptions: readonly string[] = [],
): { status: number | null; stdout: string; stderr: string } {
  const program = [...nodeOptions, join(directory, 'main.js'), '--workers', '1'];
  return spawnSync(process.execPath, [...program, ...words], { encoding: 'utf8' });
}

test('a run that is given its time does all of its seeds', { timeout: 60_000 }, () => {
  const { status, stdout } = simulator(['--seeds', '3', '--at-most-seconds', '3600', '--at-least', '1']);
  expect(stdout).toContain('3 seeds from 1: every promise was kept');
  expect(stdout).not.toContain('TIME IS UP');
  expect(status).toBe(0);
});

test('a run whose time is up says how far it came, and passes with as many as it had to do', () => {
  const limits = ['--at-most-seconds', '1', '--at-least', '1'];
  const { status, stdout } = simulator(['--seeds', '1000000', ...limits]);
  expect(stdout).toMatch(/\*\*\* TIME IS UP: only \d+ of 1000000 seeds were run in 1 s\. \*\*\*/);
  expect(stdout).toContain('That is enough to pass (at least 1)');
  expect(status).toBe(0);
}, 60_000);

test.each([['--at-least', '1'], []])(
  'a run that came less far than it had to fails',
  { timeout: 60_000 },
  (...least) => {
    const { status, stdout } = simulator(['--seeds', '3', '--at-most-seconds', '0', ...least]);
    expect(stdout).toContain('*** That is too few to say anything');
    expect(status).toBe(1);
  },
);

test.each(['--seeds', '--at-least', '--workers'])('%s 0, which would try nothing, is refused', (option) => {
  const { status, stdout, stderr } = simulator([option, '0', '--at-most-seconds', '0']);
  expect(stderr).toContain(`${option} must be a whole number from 1 up; got "0".`);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

test('a promise that only the process which found it sees broken fails the run all the same', () => {
  // Loaded before the program, in its children alone: what they report has a violation that no replay shows.
  const planted = join(directory, 'planted.mjs');
  writeFileSync(
    planted,
    `if (process.argv.includes('--child')) {
       const send = process.send.bind(process);
       const failed = [{ seed: 2, violations: [{ rule: 'planted', detail: 'in a child' }] }];
       process.send = (report) => send({ ...report, failed });
     }`,
  );
  const { status, stdout } = simulator(['--seeds', '3'], ['--import', pathToFileURL(planted).href]);
  expect(stdout).toMatch(/^1 of 3 seeds broke a promise \(.*\): 2$/m);
  expect(stdout).toMatch(/^seed 2: /m);
  expect(stdout).toMatch(/It does not show again in this process.*\nBROKEN: planted: in a child\n$/);
  expect(status).toBe(1);
}, 60_000);
