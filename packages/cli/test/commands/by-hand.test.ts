import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const RETRYABLE = { retry_policy: { max_retries: 3, backoff_seconds: 0 } };

async function received(cwd: string, ...argv: readonly string[]): Promise<string> {
  const [document] = (await runCli(['receive', '--agent', 'coder', '--json', ...argv], { cwd })).json();
  return String(document?.['handle']);
}

async function stateOf(cwd: string, id: string): Promise<Record<string, unknown> | undefined> {
  return (await runCli(['inspect', id, '--json'], { cwd })).json()[0];
}

describe('receive', () => {
  it('prints the message and its handle, and leaves it leased', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one', inputs: { files: ['a.ts'] } }));
    const { exitCode, stdout, stderr } = await runCli(['receive', '--agent', 'coder'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^one {2}task_assignment\n {2}handle {4}locks\/inbox\/coder\/\S+\.json\n/);
    expect(stdout).toContain('"a.ts"');
    expect(stderr).toContain('next: tapps-mq ack HANDLE');
    expect(stderr).toContain('after 10m it goes back');
    expect(await stateOf(cwd, 'one')).toMatchObject({
      state: 'leased',
      deliveries: 1,
      holder: { pid: null, detached: true, state: 'alive', agent: 'coder' },
    });
    const inspected = (await runCli(['inspect', 'one'], { cwd })).stdout;
    expect(inspected).toMatch(/held by +hand \(owner \S+\), /);
    expect(inspected).toMatch(/handle +locks\/inbox\/coder\//);
    expect((await runCli(['inspect'], { cwd, columns: 200 })).stdout).toMatch(/1 by hand \(owner/);
  });

  it('ends with 3 when there is none, and says why', async () => {
    const cwd = await queueDirectory('coder');
    const none = await runCli(['receive', '--agent', 'coder'], { cwd });
    expect([none.exitCode, none.stdout]).toEqual([3, '']);
    expect(none.stderr).toContain('There is no message for coder now.');
    await sendMessages(cwd, task());
    await runCli(['pause', '--agent', 'coder'], { cwd });
    const paused = await runCli(['receive', '--agent', 'coder'], { cwd });
    expect(paused.exitCode).toBe(3);
    expect(paused.stderr).toContain('coder is paused.');
    expect(paused.stderr).toMatch(/next: tapps-mq resume --agent coder$/m);
    expect(paused.stderr).toContain('next: tapps-mq resume');
  });

  it('does not invent an agent', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(['receive', '--agent', 'coeder'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Did you mean coder?');
    expect((await runCli(['agents', '--json'], { cwd })).json()).toEqual([{ agents: ['coder'] }]);
  });

  it('takes several, only of one type, each under a handle of its own', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }), task({ task_id: 'c' }));
    const update = {
      message_type: 'status_update',
      workflow_id: 'w',
      task_id: 'u',
      agent_id: 'boss',
      status: 'blocked',
    };
    await runCli(['send', '-', '--to', 'coder'], { cwd, stdin: JSON.stringify(update) });
    const updates = await runCli(
      ['receive', '--agent', 'coder', '--type', 'status_update', '--count', '5', '--json'],
      { cwd },
    );
    expect(updates.json().map(({ message }) => (message as { task_id: string }).task_id)).toEqual(['u']);
    const two = (await runCli(['receive', '--agent', 'coder', '--count', '2', '--json'], { cwd })).json();
    expect(new Set(two.map(({ handle }) => handle)).size).toBe(2);
    const { stderr, exitCode } = await runCli(['receive', '--agent', 'coder', '--type', 'task'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--type needs one of task_assignment');
  });
});

describe('receive --outbox', () => {
  it('takes by hand what an agent wrote and nobody has collected', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one', task_id: 'one' }));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    const taken = await runCli(['receive', '--agent', 'coder', '--outbox', '--json'], { cwd });
    const [document] = taken.json();
    expect(document).toMatchObject({
      handle: expect.stringMatching(/^locks\/outbox\/coder\//),
      message: { message_type: 'task_complete', task_id: 'one' },
    });
    const acked = await runCli(['ack', String(document?.['handle'])], { cwd });
    expect(acked.exitCode).toBe(0);
    expect((await runCli(['inspect', '--json'], { cwd })).json()[0]).toMatchObject({
      boxes: [{ kind: 'inbox' }, { kind: 'outbox', agent: 'coder', ready: 0, leased: 0, finished: 1 }],
    });
    const none = await runCli(['receive', '--agent', 'coder', '--outbox'], { cwd });
    expect(none.exitCode).toBe(3);
    expect(none.stderr).toContain('There is no message in the outbox of coder now.');
  });

  it('registers nobody, and does not invent a writer', async () => {
    const cwd = await queueDirectory('coder');
    expect((await runCli(['receive', '--agent', 'coder', '--outbox'], { cwd })).exitCode).toBe(3);
    expect((await runCli(['receive', '--agent', 'boss', '--outbox'], { cwd })).exitCode).toBe(1);
    expect((await runCli(['agents', '--json'], { cwd })).json()).toEqual([{ agents: ['coder'] }]);
  });
});

describe('settling by hand', () => {
  it('ack finishes a task, and answers it with the result', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    const handle = await received(cwd);
    const acked = await runCli(['ack', handle, '--result', '-'], {
      cwd,
      stdin: '{"output_files": ["a.ts"]}',
    });
    expect(acked).toMatchObject({ exitCode: 0, stdout: 'done one\n', stderr: '' });
    expect(await stateOf(cwd, 'one')).toMatchObject({ state: 'processed' });
    await runCli(['agents', 'register', 'boss'], { cwd });
    const [answer] = await answers(cwd);
    expect(answer).toMatchObject({ status: 'completed', results: { output_files: ['a.ts'] } });
  });

  it('ack refuses what is nearly a result, names the field, and leaves the message in hand', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'm-1' }));
    const handle = await received(cwd);
    const ack = ['ack', handle, '--result', '-'];
    const refused = await runCli(ack, { cwd, stdin: '{"output_files":[1]}' });
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(
      /^tapps-mq: What standard input has looks like a result but is none: .*\/results\/output_files\/0 .*\(ERR_INVALID_RESULT\)\n {2}next: mend that field and ack it again; .*tapps-mq renew /,
    );
    expect((await runCli(ack, { cwd, stdin: '{"output_files":["a.ts"]}' })).stdout).toBe('done m-1\n');
  });

  it('ack takes any text for a result, as work does', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    await runCli(['ack', await received(cwd), '--result', '-'], { cwd, stdin: 'all is well\n' });
    const [answer] = await answers(cwd);
    expect(answer).toMatchObject({ results: { output: { stdout: 'all is well\n' } } });
  });

  it('retry counts a failure with its words, and says so when it was one too many', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'often', ...RETRYABLE }), task({ message_id: 'once' }));
    const retried = await runCli(['retry', await received(cwd), '--error', 'too busy', '--json'], { cwd });
    expect(retried.exitCode).toBe(0);
    expect(retried.json()[0]).toMatchObject({ outcome: 'retried', message_id: 'often', detail: null });
    expect(await stateOf(cwd, 'often')).toMatchObject({
      state: 'ready',
      failures: 1,
      history: [{ error: { message: 'too busy', stack: null } }],
    });
    await runCli(['ack', await received(cwd)], { cwd });
    const states = [await stateOf(cwd, 'often'), await stateOf(cwd, 'once')].map((one) => one?.['state']);
    expect(new Set(states)).toEqual(new Set(['processed', 'ready']));
  });

  it('retry of a task without retries makes a dead letter, and ends with 1', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'once' }));
    const { exitCode, stdout, stderr } = await runCli(['retry', await received(cwd)], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^dead: once: The handler failed 1 time/);
    expect(stderr).toContain('next: tapps-mq dlq show once');
  });

  it('reject, snooze and renew', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'bad' }));
    expect(await runCli(['reject', await received(cwd), '--reason', 'no such file'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: 'dead: bad: no such file\n',
    });
    await sendMessages(cwd, task({ message_id: 'later' }));
    const handle = await received(cwd);
    expect(await runCli(['renew', handle, '--lease', '1h'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: 'renewed later\n',
      stderr: 'after 1h it goes back by itself; next: tapps-mq ack HANDLE   (or renew again)\n',
    });
    expect(await runCli(['snooze', handle, '--delay', '1h'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: 'handed back: later\n',
    });
    expect(await stateOf(cwd, 'later')).toMatchObject({ state: 'ready', releases: 1, failures: 0 });
  });

  it('a handle that is no longer good is refused, with what to do', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    const handle = await received(cwd);
    await runCli(['ack', handle], { cwd });
    for (const argv of [
      ['ack', handle],
      ['retry', handle],
      ['reject', handle, '--reason', 'x'],
      ['snooze', handle],
      ['renew', handle],
    ]) {
      const { exitCode, stdout, stderr } = await runCli(argv, { cwd });
      expect([exitCode, stdout], argv.join(' ')).toEqual([1, '']);
      expect(stderr).toContain('(ERR_LEASE_LOST)');
      expect(stderr).toContain('next: tapps-mq receive --agent coder\n');
    }
    expect(await stateOf(cwd, 'one')).toMatchObject({ state: 'processed' });
    const { exitCode, stderr } = await runCli(['ack', 'one'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('does not name a delivery');
  });

  it('a result that is for no task, or cannot be read, leaves the message held', async () => {
    const cwd = await queueDirectory('coder');
    const update = { message_type: 'status_update', status: 'queued', assigned_to: undefined };
    await runCli(['send', '-', '--to', 'coder'], { cwd, stdin: JSON.stringify(task(update)) });
    const handle = await received(cwd);
    expect(await runCli(['ack', handle, '--result', '-'], { cwd, stdin: 'x' })).toMatchObject({
      exitCode: 2,
    });
    expect(await runCli(['ack', handle, '--result', 'none.json'], { cwd })).toMatchObject({ exitCode: 2 });
    expect(await runCli(['ack', handle], { cwd })).toMatchObject({ exitCode: 0 });
    await sendMessages(cwd, task({ message_id: 'one' }));
    const second = await received(cwd);
    const missing = await runCli(['ack', second, '--result', 'none.json'], { cwd });
    expect([missing.exitCode, missing.stderr]).toEqual([
      1,
      'tapps-mq: Cannot read the result in none.json: there is no such file. Nothing was changed; the message is still in hand. (ERR_INPUT_UNREADABLE)\n' +
        '  next: check the path, or use - for standard input\n',
    ]);
    mkdirSync(join(cwd, 'results'));
    const folder = await runCli(['ack', second, '--result', 'results'], { cwd });
    expect([folder.exitCode, folder.stderr]).toEqual([
      1,
      'tapps-mq: results is a directory; --result takes one file, or - for standard input. Nothing was changed; the message is still in hand. (ERR_INPUT_UNREADABLE)\n' +
        '  next: name the file in it that has the result\n',
    ]);
    expect(await runCli(['ack', second], { cwd })).toMatchObject({ exitCode: 0 });
  });
});

/** What coder has answered, taken by hand by the one who collects. */
async function answers(cwd: string): Promise<readonly Record<string, unknown>[]> {
  await using queue = await openQueue({ root: join(cwd, '.tapps-agents/messages'), retention: false });
  const found: Record<string, unknown>[] = [];
  await queue.collect({ task_complete: (message) => void found.push({ ...message }) }, { untilEmpty: true })
    .done;
  return found;
}
