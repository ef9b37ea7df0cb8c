import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import type { Store } from '@tapps-agents/queue';
import {
  storeConformance,
  type ConformanceCase,
  type ConformanceContext,
} from '@tapps-agents/queue/store-conformance';
import { join } from 'node:path';
// The engine by itself, which the queue does not export: the cases set limits that no user can.
import { openFileStore } from '../../../packages/queue/src/file-store/file-store.ts';

/** What became of the cases on one file system. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

/** Runs the cases of the store's conformance suite, all by default, with the file engine, each in a new folder of `directory`. */
export async function runStoreSuite(
  directory: string,
  fileSystem: FileSystem = nodeFileSystem(),
  cases: readonly ConformanceCase[] = storeConformance,
): Promise<SuiteResult> {
  const failed: { name: string; error: unknown }[] = [];
  for (const [index, each] of cases.entries()) {
    try {
      await runCase(each, join(directory, `case-${index}`), fileSystem);
    } catch (error) {
      failed.push({ name: each.name, error });
    }
  }
  return { passed: cases.length - failed.length, failed };
}

async function runCase(each: ConformanceCase, root: string, fileSystem: FileSystem): Promise<void> {
  const clock = new ManualClock({ now_ms: Date.now() });
  const stores: Store[] = [];
  const errors: unknown[] = [];
  const context: ConformanceContext = {
    clock,
    async open(options = {}) {
      const store = await openFileStore({
        root,
        create: true,
        agentId: options.agentId ?? 'tester',
        lease_ms: options.lease_ms ?? 30_000,
        maxMessageBytes: options.maxMessageBytes ?? 1_048_576,
        messageTypes: options.messageTypes ?? [],
        fileSystem,
        clock: options.asleep === true ? new ManualClock({ now_ms: clock.now() }) : clock,
        random: Math.random,
        access: 'owner',
        onError: (error) => errors.push(error),
      });
      stores.push(store);
      return store;
    },
  };
  try {
    await each.run(context);
  } finally {
    for (const store of stores) await store.close();
  }
  if (errors.length > 0) throw new AggregateError(errors, 'Failures in the background');
}
