import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import type { Message } from '@tapps-agents/contracts';
import { describe, expect, it } from 'vitest';
import { nodeCommand, queueDirectory, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

async function inboxOf(cwd: string): Promise<readonly Message[]> {
  await using queue = await openQueue({ root: join(cwd, '.tapps-agents/messages'), retention: false });
  const messages: Message[] = [];
  for await (const batch of queue.store.entries({ state: 'ready', box: { kind: 'inbox', agentId: 'coder' } }))
    for (const entry of batch)
      for (const { message } of await queue.operations.find(entry.entryId))
        if (message) messages.push(message);
  return messages;
}

const BASE = ['send', '--to', 'coder', '--workflow', 'w', '--task', 't'];

describe('send by options', () => {
  it('makes a task of them', async () => {
    const cwd = await queueDirectory('coder');
    const argv = [...BASE, '--input', 'files=a.ts', '--input', 'files=b=1.ts', '--priority', 'high'];
    const more = [
      '--from',
      'boss',
      '--id',
      'mine',
      '--input',
      'config.strict=true',
      '--input',
      'environment.N=1',
    ];
    const sets = [
      '--set',
      'retry_policy.max_retries=3',
      '--set',
      'metadata.why=because',
      '--set',
      'idempotency_key="7"',
    ];
    expect(await runCli([...argv, ...more, ...sets], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: 'queued mine in the inbox of coder\n',
    });
    expect(await inboxOf(cwd)).toMatchObject([
      {
        message_type: 'task_assignment',
        message_id: 'mine',
        agent_id: 'boss',
        assigned_to: 'coder',
        workflow_id: 'w',
        task_id: 't',
        priority: 'high',
        inputs: { files: ['a.ts', 'b=1.ts'], config: { strict: true }, environment: { N: '1' } },
        retry_policy: { max_retries: 3, backoff_seconds: 60 },
        metadata: { why: 'because' },
        idempotency_key: '7',
      },
    ]);
  });

  it('changes what a file says, each message of it', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = ['a', 'b']
      .map((task_id) => JSON.stringify(task({ task_id, inputs: { files: ['x'] } })))
      .join('\n');
    const { exitCode } = await runCli(['send', '-', '--workflow', 'other', '--input', 'files=y'], {
      cwd,
      stdin,
    });
    expect(exitCode).toBe(0);
    const sent = await inboxOf(cwd);
    expect(sent.map(({ workflow_id, task_id }) => `${workflow_id} ${task_id}`).toSorted()).toEqual([
      'other a',
      'other b',
    ]);
    for (const message of sent) expect(message).toMatchObject({ inputs: { files: ['x', 'y'] } });
  });

  it('says what is wrong with them as with any message', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(
      [...BASE, '--set', 'timeout_seconds=soon', '--set', 'colour=red'],
      { cwd },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('/timeout_seconds');
    expect(await inboxOf(cwd)).toEqual([]);
  });

  it('sends other types as well', async () => {
    const cwd = await queueDirectory('coder');
    const argv = ['send', '--type', 'status_update', '--workflow', 'w', '--task', 't', '--from', 'coder'];
    expect(await runCli([...argv, '--set', 'status=blocked'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^queued \S+ in the outbox of coder\n$/),
    });
  });
});

describe('send --wait', () => {
  it('prints the answer; its status is the exit code', async () => {
    const cwd = await queueDirectory('coder');
    const script =
      "process.stdin.resume(); process.stdin.on('data', (text) => { const task = JSON.parse(text); if (task.task_id === 'bad') { console.error('no'); process.exit(65); } console.log(JSON.stringify({ output_files: ['out.ts'] })); });";
    const stop = new AbortController();
    const working = runCli(['work', '--agent', 'coder', ...nodeCommand(script)], {
      cwd,
      interrupts: { first: stop.signal, second: new AbortController().signal },
    });
    const good = await runCli([...BASE, '--wait', '--timeout', '1m'], { cwd });
    const bad = await runCli(
      ['send', '--to', 'coder', '--workflow', 'w', '--task', 'bad', '--wait', '--json'],
      { cwd },
    );
    const told = await runCli(
      ['send', '--to', 'coder', '--workflow', 'w', '--task', 'bad', '--id', 'again', '--wait'],
      { cwd },
    );
    stop.abort();
    await working;
    expect([good.exitCode, good.stdout.split('\n')[0]]).toEqual([0, 'completed t']);
    expect(good.stdout).toContain('"out.ts"');
    expect(good.stderr).toMatch(/^queued \S+ in the inbox of coder; waiting for its answer\n$/);
    expect([told.exitCode, told.stderr]).toEqual([
      1,
      expect.stringMatching(/\nnext: tapps-mq inspect again {3}\(what became of it\)\n$/),
    ]);
    expect(bad.exitCode).toBe(1);
    expect(bad.json()).toMatchObject([
      { task_id: 'bad', status: 'failed', answer: { message_type: 'task_complete' } },
    ]);
  });

  it('leaves the task where it is when nothing comes in time', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stdout, stderr } = await runCli(
      [...BASE, '--id', 'mine', '--wait', '--timeout', '50ms'],
      { cwd },
    );
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('(ERR_TIMEOUT)');
    expect(stderr).toContain('next: tapps-mq inspect mine\n');
    expect(await inboxOf(cwd)).toHaveLength(1);
  });

  it('when interrupted, says that the task was sent', async () => {
    const cwd = await queueDirectory('coder');
    const first = new AbortController();
    const waiting = runCli([...BASE, '--id', 'mine', '--wait'], {
      cwd,
      interrupts: { first: first.signal, second: new AbortController().signal },
      onError: (text) => {
        if (text.includes('waiting')) first.abort();
      },
    });
    const { exitCode, stdout, stderr } = await waiting;
    expect([exitCode, stdout]).toEqual([130, '']);
    expect(stderr).toContain('mine was sent');
    expect(await inboxOf(cwd)).toHaveLength(1);
  });

  it('is for one task only', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = `${JSON.stringify(task({ task_id: 'a' }))}\n${JSON.stringify(task({ task_id: 'b' }))}`;
    for (const [argv, input] of [
      [['send', '-', '--wait'], stdin],
      [
        [
          'send',
          '--type',
          'status_update',
          '--workflow',
          'w',
          '--task',
          't',
          '--set',
          'status=queued',
          '--wait',
        ],
        '',
      ],
    ] as const) {
      const { exitCode, stderr } = await runCli(argv, { cwd, stdin: input });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('--wait is for');
    }
    expect(await inboxOf(cwd)).toEqual([]);
  });
});
