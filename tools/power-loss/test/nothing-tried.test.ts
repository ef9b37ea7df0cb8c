import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';

test('a run of no rounds and no planted mistakes is refused', async () => {
  await using directory = await temporaryDirectory();
  await bundleTool(join(import.meta.dirname, '..'), ['main'], directory.path);
  const words = ['--rounds', '0', '--controls', 'none', '--directory', directory.path];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(directory.path, 'main.js'), ...words],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).toContain('--rounds 0 with --controls none would try nothing.');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
