import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fullQueueForAll } from '../support/full-queue.ts';
import { ownTmpdir } from '../support/own-tmpdir.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { tree } from '../support/tree.ts';

const fullQueue = fullQueueForAll();

/** The queues of previews that are left in a directory for temporary files. */
function leftovers(tmpdir: string): readonly string[] {
  return readdirSync(tmpdir).filter((name) => name.startsWith('tapps-mq-import-'));
}

it('import -n says what would be taken in where there is nothing yet, and makes nothing', async () => {
  const cwd = fullQueue();
  await runCli(['export', 'q.tgz'], { cwd });
  const elsewhere = temporaryDirectory();
  const empty = temporaryDirectory();
  const tmpdir = ownTmpdir();
  const dry = await runCli(['import', join(cwd, 'q.tgz'), '-n'], { cwd: elsewhere, columns: 200 });
  expect([dry.exitCode, dry.stderr]).toEqual([0, expect.stringContaining('messages, which would be made')]);
  expect(readdirSync(elsewhere)).toEqual([]);
  const inEmpty = await runCli(['import', join(cwd, 'q.tgz'), '-n', '--json', '--root', empty], { cwd });
  expect(inEmpty.json()).toMatchObject([{ root: empty, dry_run: true, present: 0, refused: 0 }]);
  expect([readdirSync(empty), leftovers(tmpdir)]).toEqual([[], []]);
  const real = await runCli(['import', join(cwd, 'q.tgz')], { cwd: elsewhere, columns: 200 });
  expect(real.stdout).toContain('; 0 were there already, ');
  expect(real.stdout).toBe(dry.stdout.replace('would take in', 'took in'));
  writeFileSync(join(empty, 'other'), '');
  const foreign = await runCli(['import', join(cwd, 'q.tgz'), '-n', '--root', empty], { cwd });
  expect([foreign.exitCode, foreign.stderr]).toEqual([
    1,
    expect.stringContaining('ERR_NOT_A_MESSAGES_DIRECTORY'),
  ]);
});

it('import -n makes nothing in a queue that is there', async () => {
  const cwd = fullQueue();
  await runCli(['export', 'q.tgz'], { cwd });
  const elsewhere = temporaryDirectory();
  await runCli(['init'], { cwd: elsewhere });
  const before = tree(elsewhere);
  const { json } = await runCli(['import', join(cwd, 'q.tgz'), '-n', '--json'], { cwd: elsewhere });
  expect(json()).toMatchObject([{ dry_run: true, present: 0 }]);
  expect(tree(elsewhere)).toEqual(before);
});
