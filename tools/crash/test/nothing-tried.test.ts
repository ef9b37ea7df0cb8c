import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
import { operationNamed } from '../src/operations.ts';
import { tryOperation } from '../src/trial.ts';

test('an operation that makes no call, so that nobody can be killed at one, is an error', async () => {
  await using directory = await temporaryDirectory();
  const program = join(directory.path, 'victim.mjs');
  // A victim that never begins, and ends as if it had done all.
  writeFileSync(
    program,
    `import { writeFileSync } from 'node:fs';
     writeFileSync(JSON.parse(process.argv[2]).story, '{"ended":true}\\n');`,
  );
  const trial = tryOperation(operationNamed('publish'), { program, directory: directory.path, workers: 1 });
  await expect(trial).rejects.toThrow('publish made no call after its set-up, so nothing was tried.');
});

test('a run that kills nobody fails', { timeout: 120_000 }, async () => {
  await using directory = await temporaryDirectory();
  await bundleTool(join(import.meta.dirname, '..'), ['main', 'victim'], directory.path);
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(directory.path, 'main.js'), '--only', 'pause', '--call', '9999', '--directory', directory.path],
    { encoding: 'utf8' },
  );
  expect(stdout).toContain('0 killed by SIGKILL: NOTHING WAS TRIED: there is no call 9999 to be killed at');
  expect(status).toBe(1);
});
