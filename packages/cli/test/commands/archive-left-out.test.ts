import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledForAll } from '../support/bundled-cli.ts';
import { queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const cli = bundledForAll();

const ROOT = '.tapps-agents/messages';

it('export names each thing that is left out, or the first ten and how to see all, and sends to no command that is silent on it', async () => {
  const cwd = await queueDirectory('coder');
  writeFileSync(join(cwd, ROOT, stray(0)), '', { mode: 0o600 });
  const one = await runCli(['export', 'one.tar'], { cwd });
  expect(one.exitCode).toBe(5);
  expect(one.stderr).toContain(`warning: ${stray(0)} is left out: it has no place in a messages directory.`);
  expect(one.stderr).toMatch(/^1 was left out, named above; it stays where it is\. .*export again\n$/m);
  // A second old, it may be under way: the doctor says nothing yet, and nobody is to be sent there.
  if (process.platform !== 'win32') expect((await runCli(['doctor'], { cwd })).exitCode).toBe(0);
  expect(one.stderr).not.toContain('doctor');
  for (let index = 1; index < 12; index += 1) writeFileSync(join(cwd, ROOT, stray(index)), '');
  const many = await runCli(['export', 'many.tar'], { cwd });
  expect(many.stderr).toMatch(
    /^12 were left out, the first 10 named above \(with -v all of them\); they stay where they are\./m,
  );
  const all = await runCli(['export', 'all.tar', '-v'], { cwd });
  expect(all.stderr).toMatch(/^12 were left out, named above; they stay/m);
  expect([named(one.stderr), named(many.stderr), named(all.stderr)]).toEqual([1, 10, 12]);
  const silent = await runCli(['export', 'json.tar', '--json'], { cwd });
  expect([silent.exitCode, silent.json()[0]?.['skipped']]).toEqual([5, 12]);
});

it('import names what it refuses, or the first ten and how to see all', async () => {
  const cwd = await queueDirectory('coder');
  const names = Array.from({ length: 12 }, (_, index) => `somewhere-${index}.json`);
  const lines = names.map((path) => JSON.stringify({ path, text: '{}' }));
  writeFileSync(join(cwd, 'q.ndjson'), `${lines.join('\n')}\n`);
  const few = await runCli(['import', 'q.ndjson'], { cwd });
  expect([few.exitCode, named(few.stderr)]).toEqual([1, 10]);
  expect(few.stderr).toMatch(/^12 were refused, the first 10 named above \(with -v all of them\)/m);
  const all = await runCli(['import', 'q.ndjson', '-v'], { cwd });
  expect(named(all.stderr)).toBe(12);
  expect(all.stderr).toMatch(/^12 were refused, named above/m);
});

it('import of an archive that is cut off says so, and never dies of it', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm' }));
  for (const name of ['q.tar.gz', 'q.ndjson.gz']) {
    await runCli(['export', name], { cwd });
    const whole = readFileSync(join(cwd, name));
    const input = whole.subarray(0, Math.round(whole.length / 2));
    writeFileSync(join(cwd, `cut-${name}`), input);
    // In a process of its own, which has loaded nothing yet when the end of the file is met.
    for (const from of [`cut-${name}`, '-']) {
      const argv = [cli.path, 'import', from, '--root', 'elsewhere'];
      const { status, stderr } = spawnSync(process.execPath, argv, { cwd, input, encoding: 'utf8' });
      expect([from, status, stderr]).toEqual([from, 1, expect.stringContaining('(ERR_ARCHIVE_DAMAGED)')]);
    }
  }
});

function stray(index: number): string {
  return `inbox/coder/stray-${String(index).padStart(2, '0')}.bin`;
}

/** How many warnings name something that is left out of an archive, or not taken in. */
function named(stderr: string): number {
  return stderr.match(/^warning: .* is (?:left out|not taken in): /gm)?.length ?? 0;
}
