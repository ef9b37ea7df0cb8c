import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { editor, readyIn, REFUSE, withDeadLetters } from '../support/dead-letters.ts';
import { dropFile, queueDirectory, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

const cli = bundledForAll();

describe('replay --to', () => {
  it('says first, and then lets another agent handle it', async () => {
    const cwd = await withDeadLetters(1);
    const preview = await runCli(['replay', '--to', 'reviewer'], { cwd });
    expect(preview.stdout).toContain('inbox/reviewer');
    expect(preview.stdout).toContain('as a new message');
    const acted = await runCli(['replay', '--to', 'reviewer', '--yes'], { cwd });
    expect(acted.stdout).toBe('replayed  m-0  to inbox/reviewer\n');
    expect(await readyIn(cwd, 'reviewer')).toMatchObject([
      { assigned_to: 'reviewer', metadata: { causation_id: 'm-0' } },
    ]);
    const unknown = await runCli(['replay', '--to', 'reviwer', '--yes'], { cwd });
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('Did you mean reviewer?'),
    ]);
  });
});

describe('replay --edit', () => {
  it('opens the editor until the message is valid, and replays it with its cause', async () => {
    const cwd = await queueDirectory('coder');
    const whole = { ...task(), schema_version: '1.0', created_at: '2026-01-09T00:00:00Z' };
    dropFile(cwd, 'coder', 'a.json', JSON.stringify({ ...whole, message_id: 'broken', priority: 'urgent' }));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
    const env = editor(
      cwd,
      "fs.writeFileSync(file, text.includes('urgent') ? text.replace('urgent', 'burning') : text.replace('burning', 'high'))",
    );
    const { exitCode, stdout, stderr } = await runCli(['replay', '--id', 'broken', '--edit', '--yes'], {
      cwd,
      env,
    });
    expect([exitCode, stdout]).toEqual([0, 'replayed  broken  to inbox/coder\n']);
    expect(stderr).toContain('broken died (invalid_schema)');
    expect(stderr).toMatch(/broken is not valid yet: .*\/priority/);
    expect(await readyIn(cwd, 'coder')).toMatchObject([
      { priority: 'high', metadata: { causation_id: 'broken' } },
    ]);
    expect((await runCli(['dlq'], { cwd })).stdout).toBe('');
  });

  it('leaves what is saved unchanged, emptied, or not mended; and keeps what was typed', async () => {
    const cwd = await withDeadLetters(1);
    const unchanged = await runCli(['replay', '--edit', '--yes'], { cwd, env: editor(cwd, '') });
    expect([unchanged.exitCode, unchanged.stdout]).toEqual([1, expect.stringContaining('not edited')]);
    const emptied = editor(cwd, "fs.writeFileSync(file, '')");
    expect((await runCli(['replay', '--edit', '--yes'], { cwd, env: emptied })).exitCode).toBe(1);
    const broken = editor(cwd, "fs.writeFileSync(file, '{')");
    const given = await runCli(['replay', '--edit', '--yes'], { cwd, env: broken });
    const kept = /your text is kept in (.*)\.\n/.exec(given.stderr)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe('{');
    const failing = await runCli(['replay', '--edit', '--yes'], { cwd, env: editor(cwd, 'process.exit(3)') });
    expect([failing.exitCode, failing.stderr]).toEqual([1, expect.stringContaining('ERR_EDITOR_FAILED')]);
    expect(lines((await runCli(['dlq', 'list', '--json'], { cwd })).stdout)).toHaveLength(1);
  });

  it.each([
    ['removed the file', 'fs.rmSync(file)'],
    ['something else than a file', 'fs.rmSync(file); fs.mkdirSync(file)'],
    ['more than any message has', 'fs.truncateSync(file, 17 * 2 ** 20)'],
    [
      'something else than a file',
      "fs.rmSync(file); if (process.platform === 'win32') fs.mkdirSync(file); else require('node:child_process').execFileSync('mkfifo', [file])",
    ],
  ])('reads only a text that an editor has left: %s', async (what, script) => {
    const cwd = await withDeadLetters(1);
    const left = await runCli(['replay', '--edit', '--yes'], { cwd, env: editor(cwd, script) });
    expect([left.exitCode, left.stderr]).toEqual([1, expect.stringContaining(what)]);
    expect(left.stderr).toContain('(ERR_EDITOR_FAILED)');
    expect(lines((await runCli(['dlq', 'list', '--json'], { cwd })).stdout)).toHaveLength(1);
  });
});

describe('replay --log', () => {
  it('says who replayed what and when, of all or of one message', async () => {
    const cwd = await withDeadLetters(2);
    expect((await runCli(['replay', '--log'], { cwd })).exitCode).toBe(3);
    await runCli(['replay', '--id', 'm-0', '--yes'], { cwd });
    await runCli(['replay', '--id', 'm-1', '--yes'], { cwd });
    const all = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    expect(all).toHaveLength(2);
    expect(all[0]).toMatchObject({
      kind: 'replay',
      by: expect.stringMatching(new RegExp(`@.* pid ${process.pid}$`)),
      asked: { filter: { id: 'm-1' } },
      tally: { replayed: 1 },
    });
    const one = await runCli(['replay', '--log', '--id', 'm-0'], { cwd });
    expect(lines(one.stdout)).toHaveLength(2);
    expect(one.stdout).toMatch(/1 replayed$/m);
  });
});

const WRONG = [
  [['--edit'], 'needs --yes'],
  [['--edit', '--to', 'coder', '--yes'], 'exclude each other'],
  [['--resume', 'last', '--agent', 'coder'], 'leave out --agent'],
  [['--resume', 'last', '--force-reprocess', '--yes'], 'leave out --force-reprocess'],
  [['--resume', 'last', '--no-reset-failures', '--yes'], 'leave out --no-reset-failures'],
  [['--resume', 'last', '--from', 'processed'], 'leave out --from'],
  [['--resume', 'last', '--log'], 'leave out --log'],
  [['--log', '--agent', 'coder'], 'leave out --agent'],
  [['--log', '--id', 'm-1', '--before', '7d'], 'leave out --before'],
  [['--log', '--edit', '--yes'], 'leave out --edit'],
  [['--from', 'processed', '--reason', 'expired'], 'died of nothing'],
  [['--rate', '10/d'], '--rate needs'],
  [['--rate', '0/s'], '--rate needs'],
  [['--rate', '5'], '--rate needs so many a second, minute or hour, such as 5/s, 5/m or 5/h; got "5"'],
  [['--force'], 'Did you mean'],
  [['-n', '-y'], 'exclude each other'],
] as const;

describe('wrong use of replay', () => {
  it('is refused', async () => {
    const cwd = await queueDirectory('coder');
    for (const [argv, said] of WRONG) {
      const { exitCode, stderr } = await runCli(['replay', ...argv], { cwd });
      expect([argv, exitCode, stderr]).toEqual([argv, 2, expect.stringContaining(said)]);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'an editor that nobody chose is not started without a terminal [Windows: notepad needs none]',
    async () => {
      const cwd = await withDeadLetters(1);
      const before = tree(join(cwd, '.tapps-agents'));
      const { exitCode, stderr } = await runCli(['replay', '--edit', '--yes'], {
        cwd,
        env: { VISUAL: '', EDITOR: '' },
      });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(/--edit opens an editor[^]*next: .*set VISUAL/),
      ]);
      expect(tree(join(cwd, '.tapps-agents'))).toEqual(before);
    },
  );

  it('a preview changes nothing', async () => {
    const cwd = await withDeadLetters(2);
    const before = tree(join(cwd, '.tapps-agents'));
    for (const argv of [
      ['replay'],
      ['replay', '-n'],
      ['replay', '--to', 'reviewer'],
      ['replay', '--from', 'processed'],
    ])
      await runCli(argv, { cwd });
    expect(tree(join(cwd, '.tapps-agents'))).toEqual(before);
  });
});

describe('a replay that runs', () => {
  it('is told as under way, and not as one that somebody has to go on with, until it is killed', async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', 'only Linux tells the state of processes, in /proc');
    const cwd = await withDeadLetters(20);
    const slow = start(cli, ['replay', '--yes', '--rate', '1/s'], { cwd });
    await slow.said('replayed  ');
    const told = async (): Promise<readonly string[]> => {
      const { stdout: examined } = await runCli(['doctor', '--json'], { cwd });
      const { stderr: reminded } = await runCli(['replay'], { cwd });
      const { stdout: logged } = await runCli(['replay', '--log'], { cwd });
      return [
        examined.includes('unfinished_replays') ? 'found' : 'not found',
        reminded.includes('is not finished') ? 'reminded' : 'not reminded',
        /under way|not finished/.exec(logged)?.[0] ?? 'finished',
      ];
    };
    expect(await told()).toEqual(['not found', 'not reminded', 'under way']);
    const [running] = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    expect(running).toMatchObject({ at_work: true, ended_at: null });
    slow.child.kill('SIGKILL');
    await slow.ended;
    expect(await told()).toEqual(['found', 'reminded', 'not finished']);
  });
});

describe('a replay that is killed', () => {
  it('goes on where it was: each message is replayed once, whenever it was killed', async () => {
    const count = 40;
    const cwd = await withDeadLetters(count);
    const slow = start(cli, ['replay', '--yes', '--rate', '200/s'], { cwd });
    await slow.said('replayed  ');
    slow.child.kill('SIGKILL');
    await slow.ended;
    const left = lines((await runCli(['dlq', 'list', '--json'], { cwd })).stdout).length;
    expect(left).toBeGreaterThan(0);
    const reminded = await runCli(['replay'], { cwd });
    expect(reminded.stderr).toMatch(/^Replay \S+, by .* is not finished; .*tapps-mq replay --resume \S+$/m);
    if (process.platform === 'linux') expect(reminded.stderr).not.toContain('unless it is still running');
    const found = (await runCli(['doctor', '--json'], { cwd })).json()[0]?.['findings'];
    expect(found).toContainEqual(
      expect.objectContaining({
        code: 'unfinished_replays',
        severity: 'warning',
        evidence: [
          expect.objectContaining({ command: expect.stringMatching(/^tapps-mq replay --resume \S+$/) }),
        ],
      }),
    );
    const before = tree(join(cwd, '.tapps-agents'));
    for (const argv of [
      ['--resume', 'last'],
      ['--resume', 'last', '-n'],
    ]) {
      const preview = await runCli(['replay', ...argv], { cwd });
      expect(preview.exitCode).toBe(0);
      expect(preview.stdout.match(/will be replayed/g)).toHaveLength(left);
      expect(preview.stderr).toContain('To go on: tapps-mq replay --resume last --yes');
    }
    expect(tree(join(cwd, '.tapps-agents'))).toEqual(before);
    const again = start(cli, ['replay', '--resume', 'last', '--yes', '--rate', '1000/s'], { cwd });
    const { stdout } = await again.ended;
    // What was done and not yet written down when it was killed is told again.
    const told = lines(stdout).filter((line) => line.startsWith('replayed')).length;
    expect(told).toBeGreaterThanOrEqual(left);
    expect(told).toBeLessThanOrEqual(count);
    const ids = (await readyIn(cwd, 'coder')).map((message) => String(message['message_id']));
    expect(ids.toSorted()).toEqual(Array.from({ length: count }, (_, index) => `m-${index}`).toSorted());
    const [record] = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    expect(record).toMatchObject({ total: count, ended_at: expect.any(String) });
  });

  it('and one that was interrupted names the command that goes on with it', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no signals: whoever is told to end is ended');
    const cwd = await withDeadLetters(5);
    const slow = start(cli, ['replay', '--yes', '--rate', '2/s'], { cwd });
    await slow.said('replayed  ');
    slow.child.kill('SIGINT');
    const { exitCode, stderr } = await slow.ended;
    expect(exitCode).toBe(130);
    const next = /next: tapps-mq (.*)/.exec(stderr)?.[1]?.split(' ') ?? [];
    expect(next).toEqual(['replay', '--resume', expect.any(String), '--yes']);
    const { exitCode: resumed } = await runCli([...next, '--rate', '1000/s'], { cwd });
    expect(resumed).toBe(0);
    expect(await readyIn(cwd, 'coder')).toHaveLength(5);
  });
});
