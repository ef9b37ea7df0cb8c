import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { describe, test } from 'vitest';
import { openFileStore } from '../src/file-store/file-store.ts';
import { storeConformance, type ConformanceContext } from '../src/store-conformance.ts';
import type { Store } from '../src/store.ts';

/** A context on a directory of its own, whose stores are closed with it. */
async function fileContext(): Promise<ConformanceContext & AsyncDisposable> {
  const directory = await temporaryDirectory();
  const clock = new ManualClock({ now_ms: Date.now() });
  const stores: Store[] = [];
  const errors: unknown[] = [];
  return {
    clock,
    async open(options = {}) {
      const store = await openFileStore({
        root: `${directory.path}/messages`,
        create: true,
        agentId: options.agentId ?? 'tester',
        lease_ms: options.lease_ms ?? 30_000,
        maxMessageBytes: options.maxMessageBytes ?? 1_048_576,
        messageTypes: options.messageTypes ?? [],
        fileSystem: nodeFileSystem(),
        clock: options.asleep === true ? new ManualClock({ now_ms: clock.now() }) : clock,
        random: Math.random,
        access: 'owner',
        onError: (error) => errors.push(error),
      });
      stores.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await directory[Symbol.asyncDispose]();
      if (errors.length > 0) throw new AggregateError(errors, 'Failures in the background');
    },
  };
}

describe('the file engine keeps the promises of the store', () => {
  test.each(storeConformance.map((each) => [each.name, each] as const))('%s', async (_name, each) => {
    await using context = await fileContext();
    await each.run(context);
  });
});
