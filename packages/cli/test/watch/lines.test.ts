import { expect, it } from 'vitest';
import { faultsOf } from '../support/json-documents.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

it('writes snapshots and events, a JSON document a line, until it is interrupted', async () => {
  const cwd = await queueDirectory('coder');
  const interrupt = new AbortController();
  const seen: string[] = [];
  let step = 0;
  const taken: Promise<unknown>[] = [];
  const steps: readonly (() => Promise<unknown>)[] = [
    () => sendMessages(cwd, task({ message_id: 'm-1' })),
    () => runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd }),
    () => runCli(['replay', '--yes'], { cwd }),
    () => runCli(['pause', '--agent', 'coder'], { cwd }),
  ];
  const awaited = ['snapshot', 'arrived', 'died', 'left_dead', 'paused'];
  const { exitCode, json } = await runCli(['watch', '--interval', '100ms'], {
    cwd,
    interrupts: { first: interrupt.signal, second: new AbortController().signal },
    onOutput: (text) => {
      const line = JSON.parse(text) as { type: string; event?: string };
      seen.push(line.event ?? line.type);
      if (!seen.includes(awaited[step] ?? '')) return;
      const next = steps[step];
      step += 1;
      if (next === undefined) interrupt.abort();
      else taken.push(next());
    },
  });
  await Promise.all(taken); // What one does is seen before it has ended.
  expect(exitCode).toBe(130);
  for (const line of json())
    expect(faultsOf(line['type'] === 'event' ? 'watch_event' : 'watch_snapshot', line)).toEqual([]);
  expect(json().find((line) => line['event'] === 'died')).toMatchObject({
    message_id: 'm-1',
    box: { kind: 'inbox', agent: 'coder' },
  });
});

it('looks once in a month where that is asked for', async () => {
  const cwd = await queueDirectory('coder');
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen); // Of node, that a timer cannot take so long and goes off at once.
  const interrupt = new AbortController();
  const { exitCode } = await runCli(['watch', '--interval', '30d'], {
    cwd,
    interrupts: { first: interrupt.signal, second: new AbortController().signal },
    onOutput: () => void setImmediate(() => interrupt.abort()), // It has begun to wait by then.
  });
  process.off('warning', listen);
  expect([exitCode, warnings]).toEqual([130, []]);
});

it('refuses an interval that is none, or too short', async () => {
  const cwd = await queueDirectory('coder');
  expect((await runCli(['watch', '--interval', 'soon'], { cwd })).exitCode).toBe(2);
  expect((await runCli(['watch', '--interval', '1ms'], { cwd })).exitCode).toBe(2);
});
