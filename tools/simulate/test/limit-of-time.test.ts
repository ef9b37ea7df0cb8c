import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

function simulator(...options: string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [join(directory, 'main.js'), '--workers', '1', ...options], {
    encoding: 'utf8',
  });
}

test('a run that is given its time does all of its seeds', { timeout: 60_000 }, () => {
  const { status, stdout } = simulator('--seeds', '3', '--at-most-seconds', '3600', '--at-least', '1');
  expect(stdout).toContain('3 seeds from 1: every promise was kept');
  expect(stdout).not.toContain('TIME IS UP');
  expect(status).toBe(0);
});

test('a run whose time is up says how far it came', { timeout: 60_000 }, () => {
  const { status, stdout } = simulator('--seeds', '3', '--at-most-seconds', '0', '--at-least', '0');
  expect(stdout).toContain('*** TIME IS UP: only 0 of 3 seeds were run in 0 s. ***');
  expect(status).toBe(0);
});

test.each([['--at-least', '1'], []])(
  'a run that came less far than it had to fails',
  { timeout: 60_000 },
  (...least) => {
    const { status, stdout } = simulator('--seeds', '3', '--at-most-seconds', '0', ...least);
    expect(stdout).toContain('*** That is too few to say anything');
    expect(status).toBe(1);
  },
);
