import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

const REFUSE = nodeCommand(
  "console.error('no such file: ' + process.env.TAPPS_MQ_TASK_ID); process.exit(65)",
);
const ACCEPT = nodeCommand('');

/** A queue in which coder has refused these tasks. */
async function withDeadLetters(
  ...tasks: readonly Record<string, unknown>[]
): Promise<{ cwd: string; ids: readonly string[] }> {
  const cwd = await queueDirectory('coder');
  const ids = await sendMessages(cwd, ...tasks);
  await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
  return { cwd, ids };
}

describe('dlq', () => {
  it('is empty and content at first', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stdout, stderr } = await runCli(['dlq'], { cwd });
    expect([exitCode, stdout, stderr]).toEqual([0, '', 'No dead letters.\n']);
    expect((await runCli(['dlq', 'list', '--json'], { cwd })).stdout).toBe('');
  });

  it('lists what died and why, ids unbroken, also in a narrow pipe', async () => {
    const { cwd, ids } = await withDeadLetters(task({ task_id: 'a' }));
    const { exitCode, stdout, stderr } = await runCli(['dlq', 'list'], { cwd });
    expect(exitCode).toBe(0);
    expect(lines(stdout)[0]).toMatch(/^ID +TYPE +BOX +REASON +DIED(?: +WHY)?$/);
    expect(lines(stdout)[1]).toMatch(new RegExp(`^${ids[0]} +task_assignment +inbox/coder +rejected +\\d+s`));
    expect(lines(stdout)).toHaveLength(2);
    expect((await runCli(['dlq', 'list', '--no-color'], { cwd, columns: 160 })).stdout).toMatch(
      / rejected +\d+s +no such file: a\n$/,
    );
    expect(stderr).toContain('tapps-mq dlq show ID');
    expect((await runCli(['dlq', 'list', '--json'], { cwd })).json()).toEqual([
      expect.objectContaining({
        message_id: ids[0],
        state: 'dead',
        box: { kind: 'inbox', agent: 'coder' },
        reason: expect.objectContaining({ code: 'rejected' }),
      }),
    ]);
    expect((await runCli(['dlq', 'list'], { cwd, columns: 50 })).stdout).toContain(`  ${ids[0]}\n`);
  });

  it('shows of what failed too often its last error, the lines of it side by side', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'id-a' }));
    const script = "console.error('line 1'); console.error('no route to host'); process.exit(1)";
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand(script)], { cwd });
    const why = /ended with exit code 1: line 1 \| no route to host$/m;
    for (const argv of [['dlq'], ['dlq', 'show', 'id-a']]) {
      const { stdout } = await runCli(argv, { cwd, columns: 200 });
      expect(stdout).not.toContain(String.raw`\u000a`);
      if (argv.length === 1) expect(stdout).toMatch(why);
      else expect(stdout).toContain('line 1 | no route to host. Mend the cause');
    }
  });

  it('groups what died by reason, the most first, with examples of different sentences', async () => {
    const { cwd } = await withDeadLetters(
      task({ task_id: 'a', message_id: 'id-a' }),
      task({ task_id: 'a', message_id: 'id-b' }),
      task({ task_id: 'b', message_id: 'id-c' }),
    );
    dropFile(cwd, 'coder', 'broken.json', '{');
    await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    const { exitCode, stdout, stderr } = await runCli(['dlq'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^3 rejected, the last \d+s ago, the first \d+s ago; coder 3\n/);
    expect(stdout).toMatch(/\n {2}no such file: b\n {4}tapps-mq dlq show id-c\n/);
    expect(stdout).toMatch(/\n {2}no such file: a\n {4}tapps-mq dlq show id-[ab]\n/);
    expect(stdout).toMatch(/\n\n1 not_json, \d+s ago; coder 1\n/);
    expect(stderr).toContain('tapps-mq dlq list');
    const [document] = (await runCli(['dlq', '--json'], { cwd })).json();
    expect(document).toMatchObject({
      total: 4,
      groups: [
        { code: 'rejected', count: 3, agents: [{ agent: 'coder', count: 3 }] },
        { code: 'not_json', count: 1 },
      ],
    });
    expect(JSON.stringify(document).match(/"reason":"no such file: a"/g)).toHaveLength(1);
  });

  it('chooses by every filter', async () => {
    const { cwd } = await withDeadLetters(
      task({ task_id: 'a', message_id: 'id-a' }),
      task({ task_id: 'b', message_id: 'id-b' }),
    );
    const expectations = [
      [['--agent', 'coder'], 2],
      [['--agent', 'other'], 0],
      [['--workflow', 'w'], 2],
      [['--workflow', 'v'], 0],
      [['--task', 'a'], 1],
      [['--type', 'task_assignment'], 2],
      [['--type', 'status_update'], 0],
      [['--reason', 'rejected'], 2],
      [['--reason', 'expired'], 0],
      [['--id', 'id-a'], 1],
      [['--id', 'id-'], 2],
      [['--after', '1h'], 2],
      [['--before', '1h'], 0],
      [['--limit', '1'], 1],
    ] as const;
    for (const [filter, expected] of expectations) {
      const { exitCode, stdout, stderr } = await runCli(['dlq', 'list', '--json', ...filter], { cwd });
      expect([filter, lines(stdout).length, exitCode]).toEqual([filter, expected, expected === 0 ? 3 : 0]);
      if (expected === 0) expect(stderr).toContain('ERR_NOTHING_MATCHED');
    }
  });

  it('names the agent that was meant', async () => {
    const { cwd } = await withDeadLetters(task());
    expect((await runCli(['dlq', '--agent', 'codr'], { cwd })).stderr).toContain(
      'No agent is called codr. Did you mean coder?',
    );
    expect((await runCli(['replay', '--agent', 'codr'], { cwd })).stderr).toContain(
      'No agent is called codr. Did you mean coder?',
    );
  });

  it('shows one in full: reason, faults, content', async () => {
    const cwd = await queueDirectory('coder');
    dropFile(
      cwd,
      'coder',
      'bad.json',
      JSON.stringify({ ...task(), schema_version: '1.0', message_id: 'bad-1', created_at: 'yesterday' }),
    );
    await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    const { exitCode, stdout, stderr } = await runCli(['dlq', 'show', 'bad-1'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/why it died\n {2}invalid_schema: /);
    expect(stdout).toMatch(/\n {2}\/created_at: expected .*, found "yesterday"\n/);
    expect(stdout).toMatch(/content, which is no valid message\n {2}\(broken into lines for reading/);
    expect(stdout).toMatch(
      /\n {3}\d \| {3}"created_at": "yesterday"\n {5}\| {17}\^{11} \/created_at: expected .*, found "yesterday"\n/,
    );
    expect(stderr).toContain('tapps-mq replay --id bad-1');
    const [document] = (await runCli(['dlq', 'show', 'bad-1', '--json'], { cwd })).json();
    expect(document).toMatchObject({
      state: 'dead',
      message: null,
      content: expect.stringContaining('yesterday'),
      reason: { details: [{ pointer: '/created_at' }] },
    });
  });

  it('says where a message is that is not dead', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(cwd, task());
    const { exitCode, stderr } = await runCli(['dlq', 'show', id], { cwd });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('it is ready');
    expect(stderr).toContain(`next: tapps-mq inspect ${id}`);
  });
});

describe('replay', () => {
  it('previews, and changes nothing, until it is told to act', async () => {
    const { cwd, ids } = await withDeadLetters(task({ task_id: 'a' }), task({ task_id: 'b' }));
    const preview = await runCli(['replay'], { cwd });
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toMatch(/^ID +TYPE +TO +OUTCOME\n/);
    for (const id of ids)
      expect(preview.stdout).toMatch(new RegExp(`${id} +task_assignment +inbox/coder +will be replayed`));
    expect(preview.stderr).toContain('nothing was changed. 2 of 2 would be replayed. Add --yes to do it.');
    expect(lines((await runCli(['dlq', 'list', '--json'], { cwd })).stdout)).toHaveLength(2);

    const acted = await runCli(['replay', '--yes', '--task', 'a'], { cwd });
    expect([acted.exitCode, acted.stdout]).toEqual([0, `replayed  ${ids[0]}  to inbox/coder\n`]);
    expect((await runCli(['inspect', String(ids[0]), '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'ready',
      failures: 0,
    });
    expect((await runCli(['inspect', String(ids[1]), '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'dead',
    });
  });

  it('tells each step as JSON', async () => {
    const { cwd, ids } = await withDeadLetters(task());
    expect((await runCli(['replay', '--json'], { cwd })).json()).toEqual([
      expect.objectContaining({
        message_id: ids[0],
        to: { kind: 'inbox', agent: 'coder' },
        outcome: 'replay',
        reason_code: 'rejected',
      }),
    ]);
    expect((await runCli(['replay', '--json', '--yes'], { cwd })).json()).toEqual([
      expect.objectContaining({ outcome: 'replayed' }),
    ]);
  });

  it('replays a dead letter that was mended by hand, and keeps back one that was not', async () => {
    const cwd = await queueDirectory('coder');
    dropFile(cwd, 'coder', 'one.json', '{"oops"');
    dropFile(cwd, 'coder', 'two.json', '{"oops"');
    await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    const [letter] = (await runCli(['dlq', 'list', '--json'], { cwd })).json();
    const mended = {
      ...task(),
      schema_version: '1.0',
      message_id: 'mended',
      created_at: '2026-01-09T00:00:00.000Z',
    };
    writeFileSync(String(letter?.['location']), JSON.stringify(mended));

    const { exitCode, stdout, stderr } = await runCli(['replay', '--yes'], { cwd });
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/^replayed {2}.* {2}to inbox\/coder$/m);
    expect(stdout).toMatch(/^not replayed: would fail again {2}/m);
    expect(stderr).toContain(
      '1 replayed, 0 skipped (handled before), 1 not replayed: 1 would fail again. (ERR_PARTLY_DONE)',
    );
    const only = await runCli(['replay', '--yes', '--json'], { cwd });
    expect(only.exitCode).toBe(1);
    expect(JSON.parse(only.stderr)).toMatchObject({
      error: { code: 'ERR_NOT_REPLAYED', next: expect.stringContaining('tapps-mq replay') },
    });

    const done = await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    expect([done.exitCode, done.stdout]).toEqual([0, 'done mended\n']);
  });

  it('has no empty column where the names of finished messages do not say their type', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'done' }));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    const { stdout } = await runCli(['replay', '--from', 'processed', '--force-reprocess'], { cwd });
    expect(stdout).toMatch(/^ID {4}TO {11}OUTCOME\ndone {2}inbox\/coder {2}/);
  });

  it('has finished messages handled again only by force', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(cwd, task());
    await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    const skipped = await runCli(['replay', '--from', 'processed', '--id', id, '--yes'], { cwd });
    expect([skipped.exitCode, skipped.stdout]).toEqual([
      0,
      expect.stringContaining('skipped: handled before'),
    ]);
    const forced = await runCli(['replay', '--from', 'processed', '--id', id, '--yes', '--force-reprocess'], {
      cwd,
    });
    expect([forced.exitCode, forced.stdout]).toEqual([0, `replayed  ${id}  to inbox/coder\n`]);
    expect((await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd })).stdout).toBe(
      `done ${id}\n`,
    );
  });

  it('ends with 3 where there is nothing to replay', async () => {
    const cwd = await queueDirectory('coder');
    for (const argv of [['replay'], ['replay', '--yes'], ['replay', '--from', 'processed']]) {
      const { exitCode, stdout } = await runCli(argv, { cwd });
      expect([exitCode, stdout]).toEqual([3, '']);
    }
  });
});

describe('hostile text from disk', () => {
  it('never reaches the terminal as it is', async () => {
    const cwd = await queueDirectory('coder');
    const escape = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
    // Windows has no control characters in names.
    dropFile(
      cwd,
      'coder',
      process.platform === 'win32' ? 'name.json' : '\u001b[31mname.json',
      `{"${escape}"`,
    );
    dropFile(
      cwd,
      'coder',
      'b.json',
      JSON.stringify({
        ...task(),
        message_id: 'b',
        schema_version: '1.0',
        created_at: escape,
        [escape]: escape,
      }),
    );
    await sendMessages(
      cwd,
      task({ task_id: 'c', message_id: 'c', inputs: { config: { [escape]: escape } } }),
    );
    const evil = nodeCommand(
      `process.stderr.write(${JSON.stringify(`${escape}last words${escape}`)}); process.exit(65)`,
    );
    const outputs = [
      await runCli(['work', '--agent', 'coder', '--until-empty', ...evil], { cwd, env: { NO_COLOR: '1' } }),
    ];
    for (const argv of [
      ['inspect'],
      ['inspect', 'c'],
      ['dlq'],
      ['dlq', 'show', 'b'],
      ['dlq', 'show', 'c'],
      ['replay'],
      ['inspect', escape],
      [escape],
    ]) {
      outputs.push(await runCli(argv, { cwd }), await runCli([...argv, '--json'], { cwd }));
    }
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    expect(outputs.map(({ stdout }) => stdout).join('')).toContain('\\u001b');
  });
});
