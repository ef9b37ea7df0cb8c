import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documentedText, windowsSection } from '../src/documents.ts';
import { excludedFiles } from '../src/excluded-files.ts';
import { nodeVersions } from '../src/versions.ts';
import { repository } from '../src/repository.ts';

test('docs/reliability.md names what is not run, and why, and nothing else', () => {
  const [, table = ''] = /\n\| not run .*?\n\|.*?\n((?:\|.*\n)+)/.exec(windowsSection()) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, where = '', reason]) => [where.replaceAll('`', ''), reason]);
  expect(Object.fromEntries(rows)).toEqual(excludedFiles());
});

test('a test that opens a queue on the simulated computer, which has POSIX paths, is not run', () => {
  const folder = 'tools/simulate/test';
  const opening = readdirSync(path.join(repository, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`)
    .filter((file) => readFileSync(path.join(repository, file), 'utf8').includes('world.open('));
  expect(opening).not.toEqual([]);
  expect(Object.keys(excludedFiles())).toEqual(expect.arrayContaining(opening));
});

test('what is not run is one file each, and is there', () => {
  for (const file of Object.keys(excludedFiles())) {
    expect(file).toMatch(/\.test\.ts$/); // A directory would keep out whatever comes to it later.
    expect([file, existsSync(path.join(repository, file))]).toEqual([file, true]);
  }
});

test('docs/reliability.md names the versions that are run', () => {
  for (const version of Object.values(nodeVersions)) expect(documentedText()).toContain(version);
});

test('.ci/run has the lane, for the part that docs/reliability.md says', () => {
  const lanes = readFileSync(path.join(repository, '.ci/run'), 'utf8');
  const lane = /^\s*lane_limit_s=\d+ after install lane wine npm run --silent wine -- (.+)$/m;
  const [, part = 'none'] = lane.exec(lanes) ?? [];
  expect(windowsSection()).toContain(`\`${part}\``);
});
