import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../../src/index.ts';
import { KILLED_BY_ITSELF, startChild } from '../support/children.ts';
import type { FaultOfOthers } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { files, place } from '../support/place.ts';
import { workUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, a message was put back by removing its file and writing it again. A process that died between the two took the
 * message with it: of 60 messages, 40 kills cost 19.
 *
 * Here it is put back by one rename, before which it is leased and after which it is ready. Processes that do nothing
 * but put messages back are killed before each of 40 successive calls of the file system.
 */

failOnLeaks();

const MESSAGES = 60;
/** Of which one that is lost is seen as well. */
const FEW = 12;
const KILLS = 40;
const AT_ONCE = 4;
const PATIENT = { retry_policy: { max_retries: 900, backoff_seconds: 0 } } as const;

/** Kills requeuing processes, one before each of these calls; returns the queue's messages, wherever they are. */
async function requeueAndKill(root: string, calls: readonly number[], fault?: FaultOfOthers): Promise<void> {
  for (let start = 0; start < calls.length; start += AT_ONCE) {
    await Promise.all(
      calls.slice(start, start + AT_ONCE).map(async (killAt) => {
        await using child = await startChild('doomed-program.ts', {
          job: 'requeue',
          root,
          killAt,
          ...(fault === undefined ? {} : { fault }),
        });
        expect([await child.exited, child.complaints()]).toEqual([KILLED_BY_ITSELF, '']);
      }),
    );
  }
}

async function withTasks(root: string, count: number): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.sendMany(
    Array.from({ length: count }, (_, index) => task({ message_id: `m${index}`, ...PATIENT })),
  );
  return mq;
}

/** The ids in these directories, from the contents of the files. */
function idsIn(root: string, ...directories: readonly string[]): string[] {
  return directories.flatMap((directory) =>
    files(join(root, directory)).map((path) => {
      const { message_id } = JSON.parse(readFileSync(join(root, directory, path), 'utf8')) as {
        message_id: string;
      };
      return message_id;
    }),
  );
}

test('of 60 messages that are put back again and again under 40 SIGKILLs none is lost, and none is there twice', async () => {
  await using here = await place();
  await using mq = await withTasks(here.root, MESSAGES);
  await requeueAndKill(
    here.root,
    Array.from({ length: KILLS }, (_, index) => index + 1),
  );
  const all = Array.from({ length: MESSAGES }, (_, index) => `m${index}`).toSorted();
  expect(idsIn(here.root, 'inbox', 'locks/inbox').toSorted()).toEqual(all);
  expect((await workUntilEmpty(mq, undefined, { concurrency: 8 })).toSorted()).toEqual(all);
  expect(idsIn(here.root, 'processed').toSorted()).toEqual(all);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
}, 180_000);

test('the same notices a requeue that unlinks and rewrites', async () => {
  await using here = await place();
  await using mq = await withTasks(here.root, FEW);
  // Before that they open their sessions and take their first message, and have nothing to put back.
  for (let call = 17; call <= 2 * KILLS && (await whole(mq)) === FEW; call += AT_ONCE) {
    const calls = Array.from({ length: AT_ONCE }, (_, index) => call + index);
    await requeueAndKill(here.root, calls, 'unlinkThenRewrite');
  }
  expect(await whole(mq)).toBeLessThan(FEW);
}, 180_000);

/** How many messages are ready or leased, and have a content. */
async function whole(mq: Queue): Promise<number> {
  const ids = new Set<string>();
  for (const state of ['ready', 'leased'] as const)
    for await (const batch of mq.store.entries({ state }))
      for (const entry of batch)
        if (((await mq.store.read(entry))?.length ?? 0) > 0) ids.add(entry.messageId ?? '');
  return ids.size;
}
