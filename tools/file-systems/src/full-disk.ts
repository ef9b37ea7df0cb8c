import { join } from 'node:path';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { whyUnavailable } from './availability.ts';
import { promise } from './check.ts';
import { codesOf } from './error-codes.ts';
import type { FaultCheck } from './fault-check.ts';
import { createImage, type ImageOptions } from './image.ts';
import type { FileSystemKind } from './kinds.ts';
import { fileSystemWith } from './planted-faults.ts';
import { roomForBytes, roomForFiles, type Room } from './room.ts';
import { checkInbox, taskOf } from './sent-messages.ts';
import { until } from './until.ts';

/** Content of a message, in bytes: several blocks, so that it can be cut short. */
const content_bytes = 20_000;

/** Disks without room: for bytes on each file system, and for files. */
export const fullDisks: readonly FaultCheck[] = [
  fullDisk('ext4', { size_mib: 16 }),
  fullDisk('ext4', { size_mib: 16, makeOptions: ['-N', '600'] }, 'files'),
  fullDisk('xfs', {}),
  fullDisk('btrfs', {}),
  fullDisk('tmpfs', { size_mib: 8 }),
  fullDisk('ntfs', { size_mib: 16 }),
  fullDisk('exfat', { size_mib: 16 }),
];

function fullDisk(kind: FileSystemKind, options: ImageOptions, of: 'bytes' | 'files' = 'bytes'): FaultCheck {
  return {
    name: `no room for ${of} on ${kind}`,
    meaning:
      'Sending fails with ERR_DISK_FULL; nothing is lost, and nothing half-written is seen; consumers say so; retention makes room; then all goes on.',
    whyUnavailable: () => whyUnavailable(kind),
    async run(fault) {
      await using image = await createImage(kind, options);
      const { directory } = image;
      const room = of === 'bytes' ? roomForBytes(directory) : roomForFiles(directory);
      return await fillUp(directory, room, of === 'bytes' ? 400_000 : 30, fileSystemWith(fault));
    },
  };
}

/** Fills a disk while a queue is at work on it, and goes on when there is room again. */
export async function fillUp(
  directory: string,
  room: Room,
  leftAtFirst: number,
  fileSystem: FileSystem,
): Promise<string> {
  const root = join(directory, 'messages');
  await using mq = await openCoder(root, fileSystem);
  const sender = new Sender(mq);
  // Something for retention to remove later. This queue has a session from now on.
  await sender.send('old', 30);
  const handled = new Set<string>();
  await consume(mq, handled, sender.sent);
  room.takeAll();
  room.giveBack(leftAtFirst);
  const first = await sender.send('big', 2_000);
  promise(first.join() === 'ERR_DISK_FULL', `Sending ended with ${first.join() || 'no error'}.`);
  const before = sender.sent.size;
  promise(before > handled.size, 'Nothing was sent before the disk was full, so nobody has anything to do.');
  room.takeAll();
  for (const id of ['one', 'more']) {
    const codes = await sender.send(id, 1);
    promise(
      codes.join() === 'ERR_DISK_FULL',
      `On the full disk, sending ended with ${codes.join() || 'no error'}.`,
    );
  }
  checkInbox(root, sender);

  checkReports('who had a session', await consume(mq, handled, sender.sent));
  room.takeAll();
  {
    await using fresh = await openCoder(root, fileSystem);
    // It cannot even begin, so one message is enough. It may not get all: some may be in the hands of the other session.
    checkReports(
      'who had none yet',
      await consume(fresh, handled, sender.sent, Math.min(sender.sent.size, handled.size + 1)),
    );
  }
  checkInbox(root, sender);
  room.takeAll();
  const freed = await retain(root, fileSystem);
  promise(freed > 0, 'Retention removed nothing from the full disk.');
  const next = await sender.send('freed', 1);
  promise(
    next.length === 0,
    `Retention removed ${freed} files, and the next message found no room: ${next.join()}.`,
  );
  room.giveAllBack();
  const after = await sender.send('after', 1);
  promise(after.length === 0, `With room again, sending ended with ${after.join()}.`);
  await until('all to be handled', async () => {
    await consume(mq, handled, sender.sent);
    return handled.size === sender.sent.size;
  });
  return `${before} sent until ERR_DISK_FULL, both consumers reported it, retention removed ${freed} files, and the next message found room; at the end all were handled`;
}

/** A consumer that works to its end without a word had room after all, or nothing to do: it shows nothing. */
function checkReports(who: string, codes: readonly string[]): void {
  const told = [...new Set(codes)].join(', ');
  promise(told === 'ERR_DISK_FULL', `On the full disk, the consumer ${who} reported ${told || 'nothing'}.`);
}

async function openCoder(root: string, fileSystem: FileSystem): Promise<Queue> {
  const mq = await openQueue({
    root,
    agent: 'coder',
    retention: { processedMaxAge: 1, interval: '1d' },
    fileSystem,
  });
  await mq.registerAgent('coder');
  return mq;
}

class Sender {
  readonly sent = new Set<string>();
  readonly tried = new Set<string>();
  readonly #mq: Queue;

  constructor(mq: Queue) {
    this.#mq = mq;
  }

  /** Sends so many, or until there is an error; returns its code, if any. */
  async send(prefix: string, count: number): Promise<string[]> {
    for (let index = 0; index < count; index += 1) {
      const id = `${prefix}-${index}`;
      this.tried.add(id);
      try {
        await this.#mq.send(taskOf(id, content_bytes));
        this.sent.add(id);
      } catch (error) {
        return codesOf(error);
      }
    }
    return [];
  }
}

/** Works until so many are finished (everything that was sent), or something was reported; returns the codes of that. */
async function consume(
  mq: Queue,
  finished: Set<string>,
  sent: ReadonlySet<string>,
  enough = sent.size,
): Promise<readonly string[]> {
  const codes: string[] = [];
  const onError = (error: unknown): void => void codes.push(...codesOf(error));
  const onAcked = ({ messageId }: { readonly messageId: string | null }): void =>
    void finished.add(messageId ?? '');
  mq.events.on('error', onError).on('acked', onAcked).on('duplicate', onAcked);
  const consumer = mq.work({ task_assignment: () => {} });
  try {
    await until('something to happen', () => codes.length > 0 || finished.size >= enough);
  } finally {
    await consumer.stop({ grace: 0 });
    mq.events.off('error', onError).off('acked', onAcked).off('duplicate', onAcked);
  }
  return codes;
}

/** Retention by a process that just came: it has no session yet. */
async function retain(root: string, fileSystem: FileSystem): Promise<number> {
  await using mq = await openCoder(root, fileSystem);
  const report = await mq.operations.retain();
  return report?.processed ?? 0;
}
