import { setTimeout } from 'node:timers/promises';
import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, type ClaimResult, type Queue } from '@tapps-agents/queue';
import { countingListings, type Listings } from '../counting-listings.ts';
import { Errand, errand, many, WORKER } from '../workload.ts';
import { LISTED_AFTER_MS, NO_MAIL, withMail, type Mail } from '../mail.ts';
import type { Timing } from '../operation.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** The queue's default. */
const POLL_MS = 250;
const GIVEN_UP_MS = 30_000;

/** Polls a box that many messages went through, by the store's own `claim`, and looks whether mail is found. */
export async function poller({ directory }: { readonly directory: string }): Promise<Verbs> {
  const listings: Listings = { count: 0 };
  const queue = await openQueue({
    root: directory,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    fileSystem: countingListings(listings),
  });
  await queue.registerAgent(WORKER);
  const box = queue.store.openBox({ kind: 'inbox', agentId: WORKER });
  const inbox = join(directory, 'inbox', WORKER);
  const find = async (): Promise<Mail> => await findMail(queue, () => box.claim());
  return {
    async drain(count) {
      for (let done = 0; done < count; done += 1_000)
        await queue.sendMany(many(Math.min(1_000, count - done), errand), { durability: 'none', to: WORKER });
      await queue.work({ errand: () => {} }, { concurrency: 8, limit: count }).done;
    },
    poll: (count) => times(count, () => box.claim()),
    /** What each of so many polls takes with the pauses of a worker at rest, in microseconds: of 40 of them one lists. */
    async slowly(count): Promise<readonly number[]> {
      const polls_us: number[] = [];
      for (let done = 0; done < count; done += 1) {
        await setTimeout(POLL_MS);
        polls_us.push((await times(1, () => box.claim())).wall_us);
      }
      return polls_us;
    },
    /** Bare calls: so often a file is made in the box, which is then listed; what each of the listings takes, in microseconds. */
    async listChanged(count): Promise<readonly number[]> {
      const listings_us: number[] = [];
      const file = join(inbox, '.bench');
      for (let done = 0; done < count; done += 1) {
        writeFileSync(file, '');
        await setTimeout(LISTED_AFTER_MS);
        listings_us.push((await times(1, () => void readdirSync(inbox))).wall_us);
        rmSync(file);
      }
      return listings_us;
    },
    look: (count) => times(count, () => void lstatSync(inbox)),
    list: (count) => times(count, () => void readdirSync(inbox)),
    /** Polls so often, and tells how many of the polls listed the box. */
    async listed(count): Promise<Listings> {
      const before = listings.count;
      await times(count, () => box.claim());
      return { count: listings.count - before };
    },
    /** Polls for one message that was sent. */
    find,
    /** Sends so many itself, one after the other, with a few polls or none before each, and polls for each. */
    async mail(count): Promise<Mail> {
      let all = NO_MAIL;
      for (let sent = 0; sent < count; sent += 1) {
        for (let idle = 0; idle < sent % 4; idle += 1) await box.claim();
        await queue.send(errand(), { durability: 'none', to: WORKER });
        all = withMail(all, await find());
      }
      return all;
    },
  };
}

/** Claims and finishes one message that is there already. */
async function findMail(
  { store }: Pick<Queue, 'store'>,
  claim: () => Promise<ClaimResult> | ClaimResult,
): Promise<Mail> {
  const sent_ms = performance.now();
  let result = await claim();
  const late = result.kind === 'empty' ? 1 : 0;
  while (result.kind === 'empty') {
    await setTimeout(5);
    result = await claim();
    if (performance.now() - sent_ms > GIVEN_UP_MS)
      throw new Error('A message that was sent is not found at all.');
  }
  const slowest_ms = performance.now() - sent_ms;
  const missed = slowest_ms > POLL_MS ? 1 : 0;
  const { entryId, messageId, createdAt_ms } = result.claimed.entry;
  const identity = {
    messageId: messageId ?? entryId,
    messageType: 'errand',
    workflowId: 'bench',
    taskId: 'bench',
    createdAt_ms,
    priority: 'medium' as const,
  };
  await store.ack(result.claimed, identity, { durability: 'none' });
  return { late, missed, slowest_ms };
}

function times(count: number, call: () => unknown): Promise<Timing> {
  return timed(count, async () => {
    for (let done = 0; done < count; done += 1) await call();
  });
}
