import { describe, expect, it } from 'vitest';
import { openQueue } from '@tapps-agents/queue';
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

describe('inspect', () => {
  it('says less with -q and more with -v, and the same data', async () => {
    const cwd = await queueDirectory('coder');
    const [plain, quiet, verbose] = [
      await runCli(['inspect'], { cwd }),
      await runCli(['inspect', '-q'], { cwd }),
      await runCli(['inspect', '-v'], { cwd }),
    ];
    expect(plain.stderr).not.toBe('');
    expect(quiet.stderr).toBe('');
    expect(verbose.stderr).toContain(`messages directory: ${join(cwd, '.tapps-agents/messages')}\n`);
    expect([quiet.stdout, verbose.stdout]).toEqual([plain.stdout, plain.stdout]);
  });

  it('counts what is ready, delayed, leased and dead, and says who holds what', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }));
    await runCli(['send', '-', '--delay', '1h'], { cwd, stdin: JSON.stringify(task({ task_id: 'c' })) });
    await using coder = await openQueue({ root: join(cwd, '.tapps-agents/messages'), agent: 'coder' });
    await using deliveries = coder.receive();
    const { value: delivery } = await deliveries.next();

    const [inspection] = (await runCli(['inspect', '--json'], { cwd })).json();
    expect(inspection).toMatchObject({
      root: join(cwd, '.tapps-agents/messages'),
      temporary: 0,
      pauses: [],
      advice: [],
    });
    expect(inspection?.['boxes']).toContainEqual(
      expect.objectContaining({
        kind: 'inbox',
        agent: 'coder',
        ready: 1,
        delayed: 1,
        leased: 1,
        dead: 0,
        holders: [expect.objectContaining({ agent: 'coder', pid: process.pid, state: 'alive', leases: 1 })],
      }),
    );
    const { exitCode, stdout } = await runCli(['inspect'], { cwd });
    expect(exitCode).toBe(0);
    expect(lines(stdout)[0]).toMatch(/^BOX +READY +DELAYED +LEASED +DEAD +OLDEST +DONE\/MIN$/);
    expect(lines(stdout)[1]).toMatch(/^inbox\/coder +1 +1 +1 +0 +\d+s +0$/);
    expect(lines(stdout)[2]).toMatch(new RegExp(`^  1 by pid ${process.pid} on .*, alive$`));
    const wide = lines((await runCli(['inspect', '--no-color'], { cwd, columns: 200 })).stdout);
    expect(wide[1]).toMatch(
      new RegExp(`^inbox/coder +1 +1 +1 +0 +\\d+s +0 +1 by pid ${process.pid} on .*, alive$`),
    );
    await delivery?.ack();
  });

  it('counts files of another program as ready, as drain and purge do', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'ours' }));
    for (const name of ['a', 'b', 'c', 'd']) dropFile(cwd, 'coder', `${name}.json`, JSON.stringify(task()));
    const [inspection] = (await runCli(['inspect', '--json'], { cwd })).json();
    expect(inspection?.['boxes']).toContainEqual(
      expect.objectContaining({ kind: 'inbox', agent: 'coder', ready: 5, unadopted: 4 }),
    );
    const [agent] = (await runCli(['inspect', 'coder', '--json'], { cwd })).json();
    expect(agent).toMatchObject({ boxes: [{ ready: 5, unadopted: 4 }, {}] });
    expect(agent?.['next']).toHaveLength(5);
    for (const argv of [['inspect'], ['inspect', 'coder']]) {
      const { stdout } = await runCli(argv, { cwd });
      expect(stdout).toMatch(/^inbox\/coder +5 +0 +0 +0 /m);
      expect(stdout).toContain(
        '4 of the ready ones were put there by another program; the next consumer looks into them',
      );
    }
    const { stdout } = await runCli(['inspect', 'coder'], { cwd });
    expect(
      stdout.match(/a file of another program; its id and type are read when it is handed out/g),
    ).toHaveLength(4);
    expect((await runCli(['drain', 'coder', '--timeout', '10ms'], { cwd })).stdout).toContain('5 ready');
    expect((await runCli(['purge', 'coder'], { cwd })).stdout).toContain('5 waiting messages');
  });

  it('says of a process that lives and shows no sign of life for longer than its lease', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'm-1' }));
    const root = join(cwd, '.tapps-agents/messages');
    await using coder = await openQueue({ root, agent: 'coder', retention: false, lease: '30s' });
    await using deliveries = coder.receive();
    const { value: delivery } = await deliveries.next();
    // As of one that is stopped: its record stands still.
    const record = readdirSync(join(root, 'locks/owners')).find((name) => name.endsWith('.json')) ?? '';
    const beaten = new Date(Date.now() - 600_000);
    utimesSync(join(root, 'locks/owners', record), beaten, beaten);
    const { stdout } = await runCli(['inspect', '--no-color'], { cwd });
    expect(stdout).toMatch(/^ {2}1 by pid \d+ on .*, alive, silent for 10m/m);
    expect(stdout).toMatch(
      /^ {2}! 1 message held by a process that has shown no sign of life for 10m.*, longer than its lease of 30s .* kill -CONT \d+ .*: tapps-mq work --agent coder --exec COMMAND$/m,
    );
    expect((await runCli(['inspect', 'm-1'], { cwd })).stdout).toMatch(
      /held by +pid .*, alive, silent for 10m/,
    );
    const [inspection] = (await runCli(['inspect', '--json'], { cwd })).json();
    expect(inspection?.['boxes']).toContainEqual(
      expect.objectContaining({ holders: [expect.objectContaining({ state: 'alive', lease_ms: 30_000 })] }),
    );
    await delivery?.ack();
  });

  it('gives advice under what is wrong, in colour on a terminal only', async () => {
    const cwd = await queueDirectory('coder');
    dropFile(cwd, 'coder', 'broken.json', '{');
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    const piped = (await runCli(['inspect'], { cwd })).stdout;
    expect(lines(piped)[2]).toBe('  ! 1 dead letter; to see why: tapps-mq dlq --agent coder');
    expect(piped).not.toContain('\u001b');
    const onTerminal = (await runCli(['inspect'], { cwd, columns: 100 })).stdout;
    expect(onTerminal).toContain('\u001b[36mtapps-mq dlq --agent coder\u001b[39m');
    expect((await runCli(['inspect', '--no-color'], { cwd, columns: 100 })).stdout).toBe(piped);
    expect((await runCli(['inspect'], { cwd, columns: 100, env: { NO_COLOR: '1' } })).stdout).toBe(piped);
    expect((await runCli(['inspect'], { cwd, env: { FORCE_COLOR: '1' } })).stdout).toBe(onTerminal);
  });

  it('keeps its table where one agent has a very long name', async () => {
    const cwd = await queueDirectory('coder', 'x'.repeat(300));
    const { stdout } = await runCli(['inspect', '--no-color'], { cwd, columns: 100 });
    expect(stdout).toMatch(/^BOX +READY/);
    expect(stdout).toContain(`inbox/${'x'.repeat(23)}… `);
  });

  it('turns rows into paragraphs on a narrow terminal', async () => {
    const cwd = await queueDirectory('coder');
    const { stdout } = await runCli(['inspect'], { cwd, columns: 40 });
    expect(lines(stdout).slice(0, 3)).toEqual([
      '\u001b[1mBOX     \u001b[22m  inbox/coder',
      '\u001b[1mREADY   \u001b[22m  \u001b[2m0\u001b[22m',
      '\u001b[1mDELAYED \u001b[22m  \u001b[2m0\u001b[22m',
    ]);
  });

  it('repeats --root in the commands it suggests', async () => {
    const cwd = await queueDirectory();
    const { stdout } = await runCli(['inspect', '--root', '.tapps-agents/messages'], { cwd });
    expect(stdout).toContain('tapps-mq --root .tapps-agents/messages agents register NAME');
  });
});

describe('inspect ID', () => {
  it('shows envelope, payload and place of a message, by a beginning of its id', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(
      cwd,
      task({ inputs: { files: ['a.ts'] }, idempotency_key: 'k1', priority: 'high' }),
    );
    const { exitCode, stdout } = await runCli(['inspect', id.slice(0, 20)], { cwd });
    expect(exitCode).toBe(0);
    expect(lines(stdout)[0]).toBe(`${id}  task_assignment`);
    expect(stdout).toMatch(/ {2}state +ready, inbox of coder\n {2}file +.*\.json\n/);
    expect(stdout).toMatch(/ {2}workflow +w\n {2}task +t1\n {2}written by +boss\n/);
    expect(stdout).toMatch(/ {2}idempotency key +k1\n/);
    expect(stdout).toMatch(/ {2}priority +high\n/);
    expect(stdout).toContain('"a.ts"');
    const [document] = (await runCli(['inspect', id, '--json'], { cwd })).json();
    expect(document).toMatchObject({
      message_id: id,
      state: 'ready',
      box: { kind: 'inbox', agent: 'coder' },
      holder: null,
      reason: null,
      history: [],
      content: null,
      message: { task_id: 't1', inputs: { files: ['a.ts'] } },
    });
  });

  it('tells the history of a message that was tried and failed', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(
      cwd,
      task({ retry_policy: { max_retries: 1, backoff_seconds: 3_600 } }),
    );
    await runCli(
      [
        'work',
        '--agent',
        'coder',
        '--once',
        ...nodeCommand("console.error('no such branch'); process.exit(1)"),
      ],
      { cwd },
    );
    const { stdout } = await runCli(['inspect', id], { cwd });
    expect(stdout).toMatch(/ {2}deliveries +1, of which 1 failed and 0 were handed back/);
    expect(stdout).toMatch(
      /history\n {2}o .*Z  created by boss, for the inbox of coder, \d+s ago\n {2}x .* delivery 1 failed, \d+s ago, at coder, pid \d+ on .*\n.*no such branch/,
    );
    expect((await runCli(['inspect', id, '--json'], { cwd })).json()[0]).toMatchObject({
      failures: 1,
      history: [
        {
          kind: 'failed',
          delivery: 1,
          error: { message: expect.stringContaining('no such branch'), stack: null },
        },
      ],
    });
  });

  it('ends with 3 where there is none, and asks for more of an id that several have', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'same-1' }), task({ message_id: 'same-2' }));
    const none = await runCli(['inspect', 'other'], { cwd });
    expect(none.exitCode).toBe(3);
    expect(none.stderr).toContain('(ERR_NOT_FOUND)');
    const several = await runCli(['inspect', 'same'], { cwd });
    expect(several.exitCode).toBe(1);
    expect(several.stderr).toContain('begins with "same": "same-1", "same-2". Give more');
    expect(several.stderr).toContain('(ERR_AMBIGUOUS_ID)');
    const many = Array.from({ length: 120 }, (_, index) => task({ message_id: `same-${index + 3}` }));
    await sendMessages(cwd, ...many);
    const lots = await runCli(['inspect', 'same'], { cwd });
    expect(lots.stderr).toMatch(/begins with "same": (?:"same-\d+", ){4}"same-\d+", and others\. Give more/);
  });

  it('names the next step where something is in the way of a directory', async () => {
    const cwd = await queueDirectory('coder');
    const processed = join(cwd, '.tapps-agents/messages/processed');
    rmSync(processed, { recursive: true, force: true });
    writeFileSync(processed, 'not a directory', { mode: 0o600 });
    const { exitCode, stderr } = await runCli(['inspect'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('(ERR_NOT_A_DIRECTORY)');
    expect(stderr).toContain('next: tapps-mq doctor   (what else cannot be looked at)');
    const doctor = await runCli(['doctor', '--json'], { cwd });
    expect([doctor.exitCode, doctor.json()[0]]).toMatchObject([
      4,
      {
        findings: [
          { code: 'unreadable', severity: 'error' },
          { code: 'foreign_files', count: 1 },
          ...(process.platform === 'win32' ? [{ code: 'case_insensitive' }] : []),
        ],
      },
    ]);
    expect(doctor.stdout).toContain('"place":"processed"');
    expect(doctor.stdout).toMatch(/(?:ls -ld|icacls) '?\.tapps-agents(?:\/|\\\\)messages\/processed/);
  });
});

describe('commands that look', () => {
  it('change nothing, whatever they find', async () => {
    const cwd = await queueDirectory('coder');
    dropFile(cwd, 'coder', 'broken.json', '{');
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    const [id = ''] = await sendMessages(cwd, task());
    dropFile(cwd, 'coder', 'foreign.json', JSON.stringify(task()));
    const before = tree(cwd);
    for (const argv of [
      ['inspect'],
      ['inspect', id],
      ['inspect', 'none'],
      ['agents'],
      ['dlq'],
      ['dlq', '--agent', 'x'],
      ['replay'],
      ['replay', '--from', 'processed'],
    ]) {
      await runCli(argv, { cwd });
      await runCli([...argv, '--json'], { cwd });
    }
    expect(tree(cwd)).toEqual(before);
  });
});
