import { nodeFileSystem, systemErrorCode, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What one of several consumers of a box did. Times are of the system's monotonic clock, which all processes share. */
export interface RivalResult {
  readonly acked: number;
  readonly claims: number;
  /** Claims that another consumer was faster with. */
  readonly lost: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** One of several processes that empty one box with an empty handler. */
export async function rival({ directory }: { readonly directory: string }): Promise<Verbs> {
  const counts = { claims: 0, lost: 0 };
  const queue = await openQueue({
    root: directory,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    fileSystem: countingClaims(counts),
  });
  return {
    async run(): Promise<RivalResult> {
      let acked = 0;
      let to_ms = 0;
      queue.events.on('acked', () => {
        acked += 1;
        to_ms = monotonic_ms();
      });
      const from_ms = monotonic_ms();
      await queue.work({ errand: () => {} }, { concurrency: 8, untilEmpty: true }).done;
      return { acked, ...counts, from_ms, to_ms: to_ms === 0 ? from_ms : to_ms };
    },
  };
}

function monotonic_ms(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A claim is a rename out of the inbox into the leases; one that finds nothing was lost to a rival. */
function countingClaims(counts: { claims: number; lost: number }): FileSystem {
  const inner = nodeFileSystem();
  return {
    ...inner,
    rename(from, to) {
      if (!/[\\/]inbox[\\/][^\\/]+[\\/][^\\/]+$/.test(from) || !/[\\/]locks[\\/]/.test(to))
        return inner.rename(from, to);
      counts.claims += 1;
      try {
        return inner.rename(from, to);
      } catch (error) {
        if (systemErrorCode(error) === 'ENOENT') counts.lost += 1;
        throw error;
      }
    },
  };
}
