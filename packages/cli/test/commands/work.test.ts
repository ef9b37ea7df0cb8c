import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

const RETRY = { retry_policy: { max_retries: 3, backoff_seconds: 0 } };

/** What an agent has written to its outbox. */
function outbox(cwd: string, agent = 'coder'): readonly Record<string, unknown>[] {
  const directory = join(cwd, '.tapps-agents/messages/outbox', agent);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Record<string, unknown>);
}

function work(cwd: string, script: string, ...options: readonly string[]): ReturnType<typeof runCli> {
  return runCli(['work', '--agent', 'coder', '--until-empty', ...options, ...nodeCommand(script)], { cwd });
}

describe('work', () => {
  it('gives the message to the command, and completes the task with its result', async () => {
    const cwd = await queueDirectory('coder');
    const [id] = await sendMessages(cwd, task({ inputs: { files: ['a.ts', 'b.ts'] } }));
    const script = `
      const message = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      const { TAPPS_MQ_MESSAGE_ID: id, TAPPS_MQ_TASK_ID: task, TAPPS_MQ_WORKFLOW_ID: workflow, TAPPS_MQ_DELIVERY: delivery, TAPPS_MQ_IDEMPOTENCY_KEY: key, TAPPS_MQ_ROOT: root } = process.env;
      console.log(JSON.stringify({ output_files: message.inputs.files, output: { id, task, workflow, delivery, key, root } }));`;
    const { exitCode, stdout } = await work(cwd, script);
    expect([exitCode, stdout]).toEqual([0, `done ${id}\n`]);
    expect(outbox(cwd)).toEqual([
      expect.objectContaining({
        message_type: 'task_complete',
        status: 'completed',
        workflow_id: 'w',
        task_id: 't1',
        agent_id: 'coder',
        results: expect.objectContaining({
          output_files: ['a.ts', 'b.ts'],
          output: {
            id,
            task: 't1',
            workflow: 'w',
            delivery: '1',
            key: `coder/${id}`,
            root: join(cwd, '.tapps-agents/messages'),
          },
        }),
      }),
    ]);
  });

  it('keeps other output as text', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    await work(cwd, "console.log('all good')");
    expect(outbox(cwd)[0]).toMatchObject({ results: { output: { stdout: 'all good\n' } } });
  });

  it('tries again on 75 and on any failure, and says why', async () => {
    const cwd = await queueDirectory('coder');
    const [id] = await sendMessages(cwd, task(RETRY));
    const script = `const n = Number(process.env.TAPPS_MQ_DELIVERY);
      if (n === 1) { console.error('busy'); process.exit(75); }
      if (n === 2) { console.error('first line'); console.error('broken pipe dream'); process.exit(1); }`;
    const { exitCode, stdout } = await work(cwd, script);
    expect(exitCode).toBe(0);
    expect(lines(stdout)).toEqual([
      `failed, again in 0s ${id}: busy`,
      expect.stringMatching(
        new RegExp(
          `^failed, again in 0s ${id}: .* ended with exit code 1: first line \\| broken pipe dream$`,
        ),
      ),
      `done ${id}`,
    ]);
  });

  it('gives up on 65, with the last line of standard error as the reason, and answers the task', async () => {
    const cwd = await queueDirectory('coder');
    const [id] = await sendMessages(cwd, task(RETRY));
    const { exitCode, stdout, stderr } = await work(
      cwd,
      "console.error('looking'); console.error('no such file: a.ts'); process.exit(65)",
    );
    expect([exitCode, stdout]).toEqual([1, `dead (rejected) ${id}: no such file: a.ts\n`]);
    expect(stderr).toContain('[t1] looking\n[t1] no such file: a.ts\n');
    expect((await runCli(['dlq', 'list', '--json'], { cwd })).json()).toMatchObject([
      { message_id: id, reason: { code: 'rejected', reason: 'no such file: a.ts' } },
    ]);
    expect(outbox(cwd)).toMatchObject([
      { message_type: 'task_complete', status: 'failed', results: { errors: ['no such file: a.ts'] } },
    ]);
  });

  it('ends with 5 when some were done and others given up', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'good' }), task({ task_id: 'bad' }));
    const { exitCode, stdout } = await work(
      cwd,
      "process.exit(process.env.TAPPS_MQ_TASK_ID === 'bad' ? 65 : 0)",
      '--json',
    );
    expect(exitCode).toBe(5);
    const events = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(['acked', 'quarantined']);
    expect(events[0]).toEqual({
      event: 'acked',
      message_id: expect.any(String),
      message_type: 'task_assignment',
      delivery: 1,
      detail: null,
    });
  });

  it('handles one message with --once, and fails when that one is to be tried again', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ ...RETRY, task_id: 'a' }), task({ ...RETRY, task_id: 'b' }));
    expect((await work(cwd, '', '--once')).exitCode).toBe(0);
    const again = await work(cwd, 'process.exit(1)', '--once');
    expect(again.exitCode).toBe(1);
    // Nothing has died: who looks among the dead finds nothing.
    expect(again.stderr).toMatch(/^next: tapps-mq inspect {3}\(what is waiting\)$/m);
    expect((await work(cwd, '')).stdout.startsWith('done')).toBe(true);
    expect((await work(cwd, 'process.exit(1)', '--once')).exitCode).toBe(0);
  });

  it('runs several at once where it may', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }));
    // Each command ends only when it has seen the other start.
    const script = `const fs = require('fs'); const other = process.env.TAPPS_MQ_TASK_ID === 'a' ? 'b' : 'a';
      fs.writeFileSync(process.env.TAPPS_MQ_TASK_ID + '.here', '');
      const look = setInterval(() => { if (fs.existsSync(other + '.here')) clearInterval(look); }, 5);`;
    const { exitCode, stdout } = await work(cwd, script, '--concurrency', '2', '--timeout', '20s');
    expect([exitCode, lines(stdout).length]).toEqual([0, 2]);
  });

  it('stops a command that takes too long', async () => {
    const cwd = await queueDirectory('coder');
    const [id] = await sendMessages(cwd, task());
    const { exitCode, stdout } = await work(cwd, 'setInterval(() => {}, 1000)', '--timeout', '50ms');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`dead (exhausted) ${id}: `);
    expect((await runCli(['dlq', 'list', '--json'], { cwd })).json()).toMatchObject([
      { reason: { history: [{ kind: 'timed_out' }] } },
    ]);
  });

  it('keeps what a command that takes too long had written to standard error', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    const { exitCode } = await work(
      cwd,
      "console.error('step 3: waiting for the licence server'); setInterval(() => {}, 1000)",
      '--timeout',
      '3s',
    );
    expect(exitCode).toBe(1);
    const [dead] = (await runCli(['dlq', 'list', '--json'], { cwd })).json() as {
      reason: { history: { kind: string; error: { code: string; message: string } }[] };
    }[];
    expect(dead?.reason.history).toMatchObject([
      {
        kind: 'timed_out',
        error: { code: 'ERR_HANDLER_TIMEOUT', message: expect.stringContaining('step 3: waiting') },
      },
    ]);
  });

  it('handles reports that were sent to its inbox, and answers none', async () => {
    const cwd = await queueDirectory('coder', 'lead');
    const report = {
      message_type: 'status_update',
      workflow_id: 'w',
      task_id: 't',
      agent_id: 'coder',
      status: 'blocked',
    };
    await runCli(['send', '-', '--to', 'lead'], { cwd, stdin: JSON.stringify(report) });
    const { exitCode, stdout } = await runCli(
      ['work', '--agent', 'lead', '--until-empty', ...nodeCommand("console.log('seen')")],
      { cwd },
    );
    expect([exitCode, stdout.startsWith('done')]).toEqual([0, true]);
    expect(outbox(cwd, 'lead')).toEqual([]);
  });

  it('skips a message that was handled before', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'same' }));
    expect((await work(cwd, '')).stdout).toBe('done same\n');
    await sendMessages(cwd, task({ message_id: 'same' }));
    const again = await work(cwd, 'process.exit(65)');
    expect([again.exitCode, again.stdout]).toEqual([0, 'skipped same: was handled before\n']);
  });

  it('blames no message for a command that cannot be started', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(cwd, task());
    const { exitCode, stderr } = await runCli(['work', '--agent', 'coder', '--exec', 'no-such-command'], {
      cwd,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Cannot run no-such-command: there is no such command.');
    expect(stderr).toContain('(ERR_COMMAND_NOT_STARTED)');
    expect((await runCli(['inspect', id, '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'ready',
      failures: 0,
    });
  });

  it('says when the agent is new, and whom it may have meant', async () => {
    const cwd = await queueDirectory('coder');
    const { stderr } = await runCli(['work', '--agent', 'codr', '--until-empty', ...nodeCommand('')], {
      cwd,
    });
    expect(stderr).toContain('codr is a new agent, registered now; did you mean coder?');
  });
});

describe('interrupting work', () => {
  it('lets commands in hand finish after the first interrupt', async () => {
    const cwd = await queueDirectory('coder');
    const [id] = await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }));
    const first = new AbortController();
    const script =
      "console.error('started'); process.stdin.on('data', () => {}).on('end', () => console.log('finished'))";
    const running = runCli(['work', '--agent', 'coder', ...nodeCommand(script)], {
      cwd,
      interrupts: { first: first.signal, second: new AbortController().signal },
      onOutput: () => first.abort(),
    });
    const { exitCode, stdout, stderr } = await running;
    expect([exitCode, stdout]).toEqual([130, `done ${id}\n`]);
    expect(stderr).toContain('Stopped; 1 done');
    expect((await runCli(['inspect', '--json'], { cwd })).json()[0]).toMatchObject({
      boxes: expect.arrayContaining([expect.objectContaining({ kind: 'inbox', ready: 1, leased: 0 })]),
    });
  });
});
