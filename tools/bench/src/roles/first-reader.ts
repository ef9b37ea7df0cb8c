import { openQueue } from '@tapps-agents/queue';
import { WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What the first message cost. */
export interface FirstMessage {
  /** From before the process was started to the message in hand. */
  readonly taken_ms: number;
  /** From `openQueue` on. */
  readonly opened_ms: number;
  /** The most that the process ever had resident. */
  readonly resident_mib: number;
}

/** Starts, opens the queue, takes one message. */
export async function firstReader(settings: {
  readonly directory: string;
  readonly started_ns: string;
}): Promise<Verbs> {
  const opening_ns = process.hrtime.bigint();
  const queue = await openQueue({ root: settings.directory, agent: WORKER, retention: false });
  for await (const delivery of queue.receive()) {
    const now_ns = process.hrtime.bigint();
    await delivery.ack();
    const first: FirstMessage = {
      taken_ms: Number(now_ns - BigInt(settings.started_ns)) / 1e6,
      opened_ms: Number(now_ns - opening_ns) / 1e6,
      resident_mib: process.resourceUsage().maxRSS / 1_024,
    };
    await queue.close();
    return { first: () => first };
  }
  throw new Error('There was no message.');
}
