import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../src/shell-word.ts';
import { queueDirectory, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

function inbox(cwd: string, agent: string): readonly string[] {
  const directory = join(cwd, '.tapps-agents/messages/inbox', agent);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(directory, name), 'utf8'));
}

describe('send', () => {
  it('sends one message from a file, filling in version, id and time', async () => {
    const cwd = await queueDirectory('coder');
    writeFileSync(join(cwd, 'task.json'), JSON.stringify(task({ inputs: { files: ['a.ts'] } }), null, 2));
    const { exitCode, stdout } = await runCli(['send', 'task.json'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^queued [0-9a-f-]{36} in the inbox of coder\n$/);
    expect(inbox(cwd, 'coder').map((text) => JSON.parse(text))).toEqual([
      expect.objectContaining({
        schema_version: '1.0',
        task_id: 't1',
        message_id: stdout.split(' ')[1],
        inputs: expect.objectContaining({ files: ['a.ts'] }),
      }),
    ]);
  });

  it('keeps what is given, and tells it as JSON', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = JSON.stringify(
      task({ message_id: 'mine', created_at: '2026-01-09T00:00:00.000Z', schema_version: '1.0' }),
    );
    const { json } = await runCli(['send', '-', '--json', '--durability', 'none'], { cwd, stdin });
    expect(json()).toEqual([
      { status: 'queued', message_id: 'mine', box: { kind: 'inbox', agent: 'coder' }, durability: 'none' },
    ]);
  });

  it('sends where, when and for how long it is told', async () => {
    const cwd = await queueDirectory('coder', 'reviewer');
    const argv = ['send', '-', '--to', 'reviewer', '--delay', '1h', '--ttl', '2h', '--json'];
    expect((await runCli(argv, { cwd, stdin: JSON.stringify(task({ assigned_to: null })) })).json()).toEqual([
      expect.objectContaining({ status: 'delayed', box: { kind: 'inbox', agent: 'reviewer' } }),
    ]);
    const [inspection] = (await runCli(['inspect', '--json'], { cwd })).json();
    expect(inspection).toMatchObject({
      boxes: expect.arrayContaining([
        expect.objectContaining({ agent: 'reviewer', kind: 'inbox', delayed: 1, ready: 0 }),
      ]),
    });
  });

  it('refuses an agent that nobody knows, names the nearest, and registers it when asked to', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = JSON.stringify(task({ assigned_to: 'codr' }));
    const refused = await runCli(['send', '-'], { cwd, stdin });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('coder');
    expect(refused.stderr).toContain(
      'next: tapps-mq agents   (who is known; or, if this is no slip: tapps-mq agents register codr)',
    );
    expect(refused.stderr).toContain('(ERR_UNKNOWN_AGENT)');
    expect((await runCli(['send', '-', '--register'], { cwd, stdin })).exitCode).toBe(0);
  });

  it('sends many, tells of each line that it cannot send, and of having done part', async () => {
    const cwd = await queueDirectory('coder');
    const given = [
      JSON.stringify(task({ message_id: 'a' })),
      '{"message_type":',
      '',
      JSON.stringify(task({ message_id: 'b', task_id: undefined })),
      JSON.stringify(task({ message_id: 'c', assigned_to: 'nobody' })),
      JSON.stringify(task({ message_id: 'd', surplus: 1 })),
      JSON.stringify(task({ message_id: 'e' })),
    ];
    const { exitCode, stdout, stderr } = await runCli(['send', '-'], { cwd, stdin: given.join('\n') });
    expect(exitCode).toBe(5);
    expect(stdout).toBe('queued a in the inbox of coder\nqueued e in the inbox of coder\n');
    const warnings = lines(stderr).filter((line) => line.startsWith('warning: '));
    expect(warnings.map((line) => [/line \d/.exec(line)?.[0], /\((ERR_\w+)\)$/.exec(line)?.[1]])).toEqual([
      ['line 2', 'ERR_MESSAGE_NOT_JSON'],
      ['line 4', 'ERR_INVALID_MESSAGE'],
      ['line 5', 'ERR_UNKNOWN_AGENT'],
      ['line 6', 'ERR_INVALID_MESSAGE'],
    ]);
    expect(stderr).toContain('2 of 6 messages were sent, 4 were not. (ERR_PARTLY_DONE)');
    expect(inbox(cwd, 'coder')).toHaveLength(2);
  });

  it('sends nothing and fails when no line is a message', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(['send', '-', '--json'], { cwd, stdin: '{"a":1}\n{"b":2}\n' });
    expect(exitCode).toBe(1);
    const told = lines(stderr).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told).toMatchObject([
      { warning: { code: 'ERR_INVALID_MESSAGE' } },
      { warning: { code: 'ERR_INVALID_MESSAGE' } },
      { error: { code: 'ERR_NOT_A_MESSAGE' } },
    ]);
  });

  it('lists every fault of a message', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = JSON.stringify(
      task({ workflow_id: 1, task_id: 2, priority: 'urgent', timeout_seconds: 'soon', agent_id: null }),
    );
    const { exitCode, stderr } = await runCli(['send', '-'], { cwd, stdin });
    expect(exitCode).toBe(1);
    for (const pointer of ['/workflow_id', '/task_id', '/priority', '/timeout_seconds', '/agent_id'])
      expect(stderr).toContain(`  ${pointer}: expected `);
  });

  it('sends thousands', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = Array.from({ length: 1_050 }, (_, index) =>
      JSON.stringify(task({ message_id: `m${index}` })),
    ).join('\n');
    const { exitCode, stdout } = await runCli(['send', '-', '--durability', 'none'], { cwd, stdin });
    expect(exitCode).toBe(0);
    expect(lines(stdout)).toHaveLength(1_050);
    expect(inbox(cwd, 'coder')).toHaveLength(1_050);
  });

  it.each([
    ['nothing', '', 'There is no message in standard input'],
    ['no JSON', 'hello', 'not JSON'],
    ['no object', '[1,2]', 'must be a JSON object'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'UTF-8'],
    ['another type', JSON.stringify(task({ message_type: 'code_review' })), 'code_review'],
    ['another version', JSON.stringify(task({ schema_version: '9.0' })), '9.0'],
    ['too much', JSON.stringify(task({ inputs: { config: { x: 'x'.repeat(1_100_000) } } })), 'large'],
  ])('explains %s', async (_name, stdin, message) => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stdout, stderr } = await runCli(['send', '-'], { cwd, stdin });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(inbox(cwd, 'coder')).toEqual([]);
  });

  it.each(['missing.json', 'folder'])('explains a file that cannot be read: %s', async (file) => {
    const cwd = await queueDirectory('coder');
    mkdirSync(join(cwd, 'folder'));
    const { exitCode, stderr } = await runCli(['send', file], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('(ERR_INPUT_UNREADABLE)');
    expect(stderr).toContain(file === 'folder' ? 'is a directory' : 'there is no such file');
  });

  it('says how the messages in a directory are sent, as a shell reads it', async () => {
    const cwd = await queueDirectory('coder');
    mkdirSync(join(cwd, 'my tasks'));
    const { stderr } = await runCli(['--root', '.tapps-agents/messages', 'send', 'my tasks/'], { cwd });
    expect(stderr).toContain(
      `next: cat ${shellWord('my tasks')}/*.json | tapps-mq --root .tapps-agents/messages send -   (with`,
    );
  });

  it('stops waiting for input when it is interrupted', async () => {
    const cwd = await queueDirectory('coder');
    const first = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('{');
      first.abort();
      await new Promise(() => undefined);
    }
    const { exitCode, stderr } = await runCli(['send', '-'], {
      cwd,
      stdin: endless(),
      interrupts: { first: first.signal, second: new AbortController().signal },
    });
    expect([exitCode, stderr]).toEqual([130, 'tapps-mq: Interrupted; nothing was sent. (ERR_INTERRUPTED)\n']);
  });

  it('hears an interrupt while it sends what it has read', async () => {
    const cwd = await queueDirectory('coder');
    const first = new AbortController();
    const many = Array.from({ length: 1_000 }, (_, index) => task({ message_id: `m${index}` }));
    const { exitCode, stderr } = await runCli(['send', '-', '--durability', 'none'], {
      cwd,
      stdin: many.map((one) => JSON.stringify(one)).join('\n'),
      interrupts: { first: first.signal, second: new AbortController().signal },
      onOutput: () => void setImmediate(() => first.abort()), // As a signal comes.
    });
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('100 were sent')]);
    expect(inbox(cwd, 'coder')).toHaveLength(100);
  });

  it('says how many were sent when it is interrupted among many', async () => {
    const cwd = await queueDirectory('coder');
    const first = new AbortController();
    // Many only show that they are many once they are longer than one can be.
    const inputs = { files: ['a.ts'], config: { text: 'x'.repeat(20_000) } };
    async function* many(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 150; index += 1)
        yield new TextEncoder().encode(`${JSON.stringify(task({ message_id: `m${index}`, inputs }))}\n`);
      first.abort();
      await new Promise(() => undefined);
    }
    const { exitCode, stderr } = await runCli(['send', '-'], {
      cwd,
      stdin: many(),
      interrupts: { first: first.signal, second: new AbortController().signal },
    });
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('100 were sent, whole, and no other')]);
    expect(inbox(cwd, 'coder')).toHaveLength(100);
  });
});
