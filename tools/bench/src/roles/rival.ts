import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem, systemErrorCode, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue } from '@tapps-agents/queue';
import { bareNamesOf, takeBare } from '../bare-claims.ts';
import { Errand, errand, many, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What one of several consumers of a box did. */
export interface RivalResult extends Span {
  readonly acked: number;
  readonly claims: number;
  /** Claims that another consumer was faster with. */
  readonly lost: number;
  /** Looks whether a name is still in the box, before it is claimed, that found it gone: another consumer was faster here too. */
  readonly vain: number;
  readonly processor_us: number;
}

/** When a process began and ended something, by the system's monotonic clock, which all processes share. */
export interface Span {
  readonly from_ms: number;
  readonly to_ms: number;
}

/** One of several processes that empty boxes with an empty handler. Each box is in a directory of its own, named by a number. */
export function rival({ directory }: { readonly directory: string }): Verbs {
  return {
    /** Lets its code be compiled, alone in a directory of its own. */
    async warm(count): Promise<RivalResult> {
      const own = join(directory, `warm-${process.pid}`);
      mkdirSync(own);
      await using queue = await openQueue({ root: own, messages: [Errand], retention: false });
      await queue.registerAgent(WORKER);
      for (let sent = 0; sent < count; sent += 1_000)
        await queue.sendMany(many(Math.min(1_000, count - sent), errand), { durability: 'none', to: WORKER });
      return await emptyBox(own);
    },
    run: (box) => emptyBox(join(directory, String(box))),
    /** Takes the files with this number out of the directory `bare` with the bare calls. */
    bare(number): Span {
      const names = bareNamesOf(join(directory, 'bare'), number);
      const from_ms = monotonic_ms();
      takeBare(join(directory, 'bare'), names);
      return { from_ms, to_ms: monotonic_ms() };
    },
    /** Does nothing but count, as a measure of what the processors allow. */
    burn(steps): Span {
      const from_ms = monotonic_ms();
      let value = 1;
      for (let step = 0; step < steps; step += 1) value = Math.imul(value ^ step, 0x01000193);
      return { from_ms, to_ms: monotonic_ms() + (value === 0 ? 1e-9 : 0) };
    },
  };
}

async function emptyBox(root: string): Promise<RivalResult> {
  const counts = { claims: 0, lost: 0, vain: 0 };
  await using queue = await openQueue({
    root,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    fileSystem: countingClaims(counts),
  });
  let acked = 0;
  let to_ms = 0;
  queue.events.on('acked', () => {
    acked += 1;
    to_ms = monotonic_ms();
  });
  const from_ms = monotonic_ms();
  const processor = process.cpuUsage();
  await queue.work({ errand: () => {} }, { concurrency: 8, untilEmpty: true }).done;
  const { user, system } = process.cpuUsage(processor);
  return {
    acked,
    ...counts,
    processor_us: user + system,
    from_ms,
    to_ms: to_ms === 0 ? from_ms : to_ms,
  };
}

function monotonic_ms(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * A claim is a rename out of the inbox into the leases; one that finds nothing was lost to a rival. So was what a look into the inbox
 * does not find any more: the look stands for a claim, and spares the queue one that would be lost.
 */
function countingClaims(counts: { claims: number; lost: number; vain: number }): FileSystem {
  const inner = nodeFileSystem();
  return {
    ...inner,
    find(path) {
      // Of a port that has none the queue would ask for a status; node's has one.
      const found = inner.find?.(path) ?? null;
      if (found === null && inInbox.test(path)) counts.vain += 1;
      return found;
    },
    rename(from, to) {
      if (!inInbox.test(from) || !/[\\/]locks[\\/]/.test(to)) return inner.rename(from, to);
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

/** A message in an agent's inbox; its lease and its place in the ledger have an `inbox` in their paths as well. */
const inInbox = /(?<![\\/](?:locks|processed|dlq|journal))[\\/]inbox[\\/][^\\/]+[\\/][^\\/]+$/;
