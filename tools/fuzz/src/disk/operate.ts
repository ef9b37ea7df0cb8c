import type { FileSystem } from '@tapps-agents/fs-atomic';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { openQueue, type OperationRecord, type Queue, type StoredFile } from '@tapps-agents/queue';
import { mustBeDocumented, tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { Violation } from '../target.ts';

/** No listing of a tree of some hundred files has more; one that goes on without an end is found by this. */
const MOST_ITEMS = 20_000;
const BOXES = [
  { kind: 'inbox', agentId: 'coder' },
  { kind: 'outbox', agentId: 'coder' },
] as const;

/** What an operator asks about operations, health and content, without changing anything. */
export async function survey(queue: Queue): Promise<void> {
  const { operations, store } = queue;
  for (const { id } of await log(queue)) await tolerating('logged', () => all(operations.logged(id)));
  for (const id of ['dead', 'ready-1', 'done']) await tolerating('logged of', () => operations.loggedOf(id));
  await tolerating('inspect an agent', async () => render.agent(await operations.inspectAgent('coder')));
  await tolerating('diagnose', async () => render.diagnosis(await operations.diagnose()));
  for (const box of BOXES) {
    await tolerating('plan a purge', () => all(operations.purge({ box, state: 'ready' })));
    const filter = { workflowId: 'w', code: 'rejected' } as const;
    await tolerating('plan a purge by reason', () => all(operations.purge({ box, state: 'dead', filter })));
  }
  await tolerating('restore, dry', async () => {
    await store.restore(await dumped(queue), { dryRun: true });
  });
}

/** Everything that operators do to many messages at once, and doctor's repairs; then the same again, over what became of it. */
export async function operate(queue: Queue): Promise<void> {
  const { operations, store } = queue;
  for (const { id, kind } of await log(queue)) {
    if (kind === 'replay') await tolerating('resume a replay', () => all(operations.resumeReplay(id)));
  }
  await tolerating('resume the last replay', () => all(operations.resumeReplay(null)));
  await tolerating('diagnose and mend', async () =>
    render.diagnosis(await operations.diagnose({ mend: true })),
  );
  for (const box of BOXES) {
    for (const state of ['dead', 'ready'] as const)
      await tolerating(`purge ${state}`, () =>
        all(operations.purge({ box, state, dryRun: false, keep: async (set) => void (await all(set)) })),
      );
  }
  await tolerating('retain', () =>
    operations.retain({ processedMaxAge: '1h', processedMaxCount: 1, deadMaxAge: '1h' }),
  );
  await tolerating('restore', async () => {
    await store.restore(await dumped(queue));
  });
  await log(queue);
}

/** Puts all of it into a directory of its own, as import does. Whatever it holds, it stays in there. */
export async function carryOver(
  queue: Queue,
  { root, fileSystem, clock }: { root: string; fileSystem: FileSystem; clock: ManualClock },
): Promise<void> {
  const files = await tolerating('dump', () => dumped(queue));
  if (files === undefined) return;
  const other = await openQueue({ root, agent: 'lead', clock, fileSystem, retention: false });
  try {
    await tolerating('restore elsewhere', () => other.store.restore(files));
    await tolerating('dump what was restored', () => dumped(other));
  } catch (error) {
    mustBeDocumented(error, 'carry over');
  } finally {
    await other.close();
  }
}

async function log({ operations }: Queue): Promise<readonly OperationRecord[]> {
  const records = (await tolerating('log', () => all(operations.log()))) ?? [];
  render.operations(records);
  return records;
}

async function dumped({ store }: Queue): Promise<readonly StoredFile[]> {
  return await all(store.dump({ onSkipped: () => undefined }));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length > MOST_ITEMS) throw new Violation('without bounds', `more than ${MOST_ITEMS} items`);
  }
  return found;
}
