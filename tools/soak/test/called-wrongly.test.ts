import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';

test('a directory that cannot be worked in is a wrong call, said in two lines and left alone', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no SIGSTOP');
  await using programs = await temporaryDirectory();
  await using directory = await temporaryDirectory();
  await bundleTool(join(import.meta.dirname, '..'), ['main'], programs.path);
  const soak = (place: string): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [join(programs.path, 'main.js'), '--dir', place, '--seconds', '1'], {
      encoding: 'utf8',
    });
  const file = join(directory.path, 'notes.txt');
  writeFileSync(file, '');
  expect(soak(directory.path)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `${directory.path} is not empty. Name a new directory.\nSee npm run soak -- --help.\n`,
  });
  expect(soak(file)).toMatchObject({ status: 2, stderr: expect.stringMatching(/^EEXIST.*\nSee .*\n$/) });
  expect(readdirSync(directory.path)).toEqual(['notes.txt']);
});
