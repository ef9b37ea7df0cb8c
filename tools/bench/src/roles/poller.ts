import { setTimeout } from 'node:timers/promises';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { Errand, errand, many, WORKER } from '../workload.ts';
import type { Timing } from '../operation.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** What became of mail. */
export interface Mail {
  readonly late: number;
  readonly missed: number;
}

/** The queue's default. */
const POLL_MS = 250;
const GIVEN_UP_MS = 30_000;

/** Polls a box that many messages went through, by the store's own `claim`, and looks whether mail is found. */
export async function poller({ directory }: { readonly directory: string }): Promise<Verbs> {
  const queue = await openQueue({ root: directory, agent: WORKER, messages: [Errand], retention: false });
  await queue.registerAgent(WORKER);
  const box = queue.store.openBox({ kind: 'inbox', agentId: WORKER });
  const inbox = join(directory, 'inbox', WORKER);
  return {
    async drain(count) {
      for (let done = 0; done < count; done += 1_000)
        await queue.sendMany(many(Math.min(1_000, count - done), errand), { durability: 'none', to: WORKER });
      await queue.work({ errand: () => {} }, { concurrency: 8, limit: count }).done;
    },
    poll: (count) => times(count, () => box.claim()),
    look: (count) => times(count, () => void lstatSync(inbox)),
    list: (count) => times(count, () => void readdirSync(inbox)),
    /** Of so many messages, how many the first poll after their `send` did not find, and how many none within a poll interval. */
    async mail(count): Promise<Mail> {
      let [late, missed] = [0, 0];
      for (let sent = 0; sent < count; sent += 1) {
        for (let idle = 0; idle < sent % 4; idle += 1) await box.claim();
        await queue.send(errand(), { durability: 'none', to: WORKER });
        const sent_ms = performance.now();
        let result = await box.claim();
        if (result.kind === 'empty') late += 1;
        while (result.kind === 'empty') {
          await setTimeout(5);
          result = await box.claim();
          if (performance.now() - sent_ms > GIVEN_UP_MS)
            throw new Error('A message that was sent is not found at all.');
        }
        if (performance.now() - sent_ms > POLL_MS) missed += 1;
        const { entryId } = result.claimed.entry;
        const identity = {
          messageId: result.claimed.entry.messageId ?? entryId,
          messageType: 'errand',
          workflowId: 'bench',
          taskId: 'bench',
          createdAt_ms: result.claimed.entry.createdAt_ms,
          priority: 'medium' as const,
        };
        await queue.store.ack(result.claimed, identity, { durability: 'none' });
      }
      return { late, missed };
    },
  };
}

function times(count: number, call: () => unknown): Promise<Timing> {
  return timed(count, async () => {
    for (let done = 0; done < count; done += 1) await call();
  });
}
