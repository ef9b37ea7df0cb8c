import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** A worker that waits for errands, each of which says when it was sent. `deaf`: no watch event ever arrives. */
export async function sleeper(settings: {
  readonly directory: string;
  readonly deaf: boolean;
}): Promise<Verbs> {
  const queue = await openQueue({
    root: settings.directory,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    fileSystem: settings.deaf ? deaf(nodeFileSystem()) : nodeFileSystem(),
  });
  let latencies_ms: number[] = [];
  let full: (() => void) | undefined;
  let wanted = Number.POSITIVE_INFINITY;
  queue.work({
    errand: ({ payload }) => {
      latencies_ms.push((Number(process.hrtime.bigint()) - Number(payload.slice(0, 20))) / 1e6);
      if (latencies_ms.length >= wanted) full?.();
    },
  });
  return {
    ready: () => {},
    async latencies(count) {
      wanted = count;
      if (latencies_ms.length < count) {
        await new Promise<void>((resolve) => {
          full = resolve;
        });
      }
      const taken = latencies_ms;
      latencies_ms = [];
      return { latencies_ms: taken };
    },
  };
}

function deaf(inner: FileSystem): FileSystem {
  return { ...inner, watch: () => () => {} };
}
