import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { contents } from '../support/contents.ts';
import { fullQueueForAll, NOT_CARRIED } from '../support/full-queue.ts';
import { ownTmpdir } from '../support/own-tmpdir.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const cli = bundledForAll();
const fullQueue = fullQueueForAll();

const ROOT = '.tapps-agents/messages';
describe('import -', () => {
  it.for(['queue.tar', 'queue.tar.gz', 'queue.ndjson', 'queue.ndjson.gz'])(
    'takes in what comes on standard input, whatever it is in, as %s',
    async (file) => {
      const cwd = fullQueue();
      await runCli(['export', file], { cwd });
      const elsewhere = temporaryDirectory();
      const tmpdir = ownTmpdir();
      const dry = await runCli(['import', '-', '-n', '--root', join(cwd, ROOT), '--json'], {
        cwd: elsewhere,
        stdin: readFileSync(join(cwd, file)),
      });
      expect(dry.json()[0]).toMatchObject({ dry_run: true, restored: 0, refused: 0 });
      const imported = await runCli(['import', '-'], {
        cwd: elsewhere,
        stdin: readFileSync(join(cwd, file)),
      });
      expect([imported.exitCode, imported.stderr]).toEqual([0, `${normalize(ROOT)}\n`]);
      expect(contents(join(elsewhere, ROOT), ...NOT_CARRIED)).toEqual(
        contents(join(cwd, ROOT), ...NOT_CARRIED),
      );
      expect(spools(tmpdir)).toEqual([]);
    },
  );

  it('takes in what is exported at the other end of a pipe', async () => {
    const cwd = fullQueue();
    const elsewhere = temporaryDirectory();
    const exporting = start(cli, ['export', '-'], { cwd });
    const { stdout, stderr, exitCode } = await exporting.ended;
    expect([exitCode, stderr]).toEqual([0, '']);
    const importing = start(cli, ['import', '-', '--json'], { cwd: elsewhere, stdin: stdout });
    const ended = await importing.ended;
    expect([ended.exitCode, JSON.parse(ended.stdout)]).toMatchObject([0, { refused: 0 }]);
    expect(contents(join(elsewhere, ROOT), ...NOT_CARRIED)).toEqual(
      contents(join(cwd, ROOT), ...NOT_CARRIED),
    );
  });

  it('refuses what is empty or damaged, makes no directory for it, and leaves nothing behind', async () => {
    const cwd = temporaryDirectory();
    const tmpdir = ownTmpdir();
    for (const [stdin, code] of [
      ['', 'ERR_INPUT_UNREADABLE'],
      ['{', 'ERR_ARCHIVE_DAMAGED'],
      ['no archive', 'ERR_ARCHIVE_DAMAGED'],
      [Uint8Array.from([0x1f, 0x8b, 1, 2, 3]), 'ERR_ARCHIVE_DAMAGED'],
    ] as const) {
      const { exitCode, stderr } = await runCli(['import', '-'], { cwd, stdin });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(code)]);
    }
    const stop = new AbortController();
    const endless = (async function* () {
      yield new TextEncoder().encode('{');
      stop.abort();
      await new Promise(() => undefined);
    })();
    const interrupts = { first: stop.signal, second: new AbortController().signal };
    const interrupted = await runCli(['import', '-'], { cwd, stdin: endless, interrupts });
    expect([interrupted.exitCode, interrupted.stderr]).toEqual([
      130,
      expect.stringContaining('nothing was taken in'),
    ]);
    expect(readdirSync(cwd)).toEqual([]);
    expect(spools(tmpdir)).toEqual([]);
  });
});

/** What an import keeps of standard input while it reads it. */
function spools(tmpdir: string): readonly string[] {
  return readdirSync(tmpdir).filter((name) => name.startsWith('tapps-mq-import-'));
}
