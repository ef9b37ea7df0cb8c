import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { startChild, type Child } from './support/children.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts } from './support/messages.ts';
import { files, place } from './support/place.ts';
import { sorted } from './support/sorted.ts';
import { until } from './support/until.ts';

failOnLeaks();

const PROCESSES = [0, 1, 2, 3] as const;

/** Lets four processes send and four handle at the same time; returns the lines of all handlers' traces. */
async function traffic(
  directory: { path: string; root: string },
  sending: { count: number; batch: number; copies: number },
): Promise<string[]> {
  const { root } = directory;
  await using mq = await openQueue({ root, agent: 'boss', retention: false });
  await mq.registerAgent('coder');
  const started: Child[] = [];
  try {
    const effects = PROCESSES.map((index) => join(directory.path, `effects-${index}`));
    for (const index of PROCESSES) {
      started.push(
        await startChild('agent-program.ts', {
          job: 'work',
          root,
          agent: 'coder',
          effects: effects[index],
          concurrency: 1 + index,
        }),
        await startChild('agent-program.ts', {
          job: 'send',
          root,
          agent: `writer-${index}`,
          to: 'coder',
          prefix: `m${index}-`,
          ...sending,
        }),
      );
    }
    for (const child of started) expect(await child.next()).toBe('ready');
    const senders = started.filter((_, index) => index % 2 === 1);
    for (const sender of senders) sender.tell('go');
    for (const sender of senders) expect(await sender.next()).toBe(sending.count * sending.copies);
    const ledger = join(root, 'processed/inbox/coder');
    const expected = 4 * sending.count * sending.copies;
    await until('every message to be finished', () => files(ledger).length === expected, 100_000);
    await Promise.all(started.map((child) => child.end()));
    expect(await counts(mq)).toEqual({
      ready: 4 * sending.count, // Each task's completion, in the outbox.
      delayed: 0,
      leased: 0,
      dead: 0,
      unadopted: 0,
    });
    return effects.flatMap((path) => linesOf(path));
  } finally {
    for (const child of started) await child[Symbol.asyncDispose]();
  }
}

function linesOf(path: string): string[] {
  const lines = readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '');
}

function everyId(count: number): string[] {
  return PROCESSES.flatMap((writer) => Array.from({ length: count }, (_, index) => `m${writer}-${index}`));
}

test('four processes send 480 messages, four handle them: each arrives, each is handled once', async () => {
  await using here = await place();
  const effects = await traffic(here, { count: 120, batch: 7, copies: 1 });
  expect(effects.toSorted()).toEqual(
    everyId(120)
      .map((id) => `${id} 1`)
      .toSorted(),
  );
});

test('four processes send each of 100 messages three times: each is handled once, every copy is kept', async () => {
  await using here = await place();
  const effects = await traffic(here, { count: 25, batch: 5, copies: 3 });
  expect(sorted(effects.map((line) => line.split(' ')[0]))).toEqual(sorted(everyId(25)));
});
