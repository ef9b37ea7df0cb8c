import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from '@tapps-agents/queue';
import { mayBeMade } from '../may-be-made.ts';
import { openToFill } from '../session.ts';
import type { CommandContext } from '../session.ts';

/** What is imported into. */
interface Target extends AsyncDisposable {
  readonly queue: Queue;
  /** There is nothing yet, and this is a preview: the queue is an empty one elsewhere, which is removed with this. */
  readonly isMissing: boolean;
}

/**
 * Opens the messages directory of an import, which is made where it is missing; in a preview nothing is made in its place.
 *
 * @throws QueueError `ERR_NOT_A_MESSAGES_DIRECTORY` where something else is
 */
export async function openTarget(context: CommandContext, dryRun: boolean): Promise<Target> {
  const { root } = context;
  if (!dryRun || !mayBeMade(root.path)) {
    const queue = await openToFill(context, !dryRun);
    return { queue, isMissing: false, [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose]() };
  }
  const path = await mkdtemp(join(tmpdir(), 'tapps-mq-import-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    const queue = await openToFill({ ...context, root: { ...root, path: join(path, 'messages') } }, true);
    const dispose = async (): Promise<void> => {
      await queue[Symbol.asyncDispose]();
      await remove();
    };
    return { queue, isMissing: true, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await remove();
    throw error;
  }
}
