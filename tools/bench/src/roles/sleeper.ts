import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';
import { Latencies, monotonic_ns, since_ms } from './latencies.ts';

/** From before `send` in another process, in milliseconds. */
export interface Wake {
  /** To the first event of the watch; null where a poll was faster, or nothing is watched. */
  readonly heard_ms: number | null;
  /** To within the handler. */
  readonly handled_ms: number;
}

/** A worker that waits for errands, each of which says when it was sent. `deaf`: no watch event ever arrives. */
export async function sleeper(settings: {
  readonly directory: string;
  readonly deaf: boolean;
}): Promise<Verbs> {
  const wakes = new Latencies<Wake>();
  let heard_ns: bigint[] = [];
  const queue = await openQueue({
    root: settings.directory,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    fileSystem: settings.deaf
      ? deaf(nodeFileSystem())
      : noting(nodeFileSystem(), () => heard_ns.push(monotonic_ns())),
  });
  queue.work({
    errand: ({ payload }) => {
      const handled_ms = since_ms(payload);
      // What was heard before the message was sent was of the last one, which was moved away.
      const heard = heard_ns.map((at_ns) => since_ms(payload, at_ns)).find((at_ms) => at_ms > 0);
      heard_ns = [];
      wakes.add({ heard_ms: heard ?? null, handled_ms });
    },
  });
  return { ready: () => {}, wakes: (count) => wakes.gathered(count) };
}

function deaf(inner: FileSystem): FileSystem {
  return { ...inner, watch: () => () => {} };
}

function noting(inner: FileSystem, note: () => void): FileSystem {
  return {
    ...inner,
    watch(path, changed, failed) {
      const heard = (name?: string): void => {
        note();
        changed(name);
      };
      return inner.watch(path, heard, failed);
    },
  };
}
