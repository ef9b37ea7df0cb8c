import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { whyUnavailable } from './availability.ts';
import { promise } from './check.ts';
import { codesOf } from './error-codes.ts';
import type { FaultCheck } from './fault-check.ts';
import { createImage } from './image.ts';
import type { FileSystemKind } from './kinds.ts';
import { fileSystemWith, type PlantedFault } from './planted-faults.ts';
import { checkInbox, taskOf } from './sent-messages.ts';
import { until } from './until.ts';

/** A file system that becomes read-only under a queue at work, as many do after an error, and comes back. */
export const readOnly: readonly FaultCheck[] = (['ext4', 'xfs', 'btrfs', 'tmpfs'] as const).map((kind) => ({
  name: `read-only ${kind}`,
  meaning:
    'Sending and consuming fail with ERR_ACCESS_DENIED, nothing is lost, and all goes on when it may be written again.',
  whyUnavailable: () => whyUnavailable(kind),
  run: (fault) => turnReadOnly(kind, fault),
}));

async function turnReadOnly(kind: FileSystemKind, fault?: PlantedFault): Promise<string> {
  await using image = await createImage(kind);
  const root = join(image.directory, 'messages');
  const fileSystem = fileSystemWith(fault);
  // Whoever is told of nothing notices at the first heartbeat, which comes the sooner the shorter a lease is.
  const lease = fault === undefined ? '30s' : '3s';
  await using mq = await openQueue({ root, agent: 'coder', lease, retention: false, fileSystem });
  await mq.registerAgent('coder');
  const sent = new Set<string>();
  const tried = new Set<string>();
  const send = async (id: string): Promise<string> => {
    tried.add(id);
    try {
      await mq.send(taskOf(id));
      sent.add(id);
      return 'sent';
    } catch (error) {
      return codesOf(error).join();
    }
  };
  const codes = new Set<string>();
  const finished = new Set<string>();
  mq.events.on('error', (error) => codesOf(error).forEach((code) => codes.add(code)));
  mq.events.on('acked', ({ messageId }) => void finished.add(messageId ?? ''));
  for (let index = 0; index < 20; index += 1) await send(`before-${index}`);
  await mq.work({ task_assignment: () => {} }, { limit: 5 }).done;

  image.remount(['ro']);
  const refused = await send('refused');
  promise(refused === 'ERR_ACCESS_DENIED', `Sending to a read-only file system ended with ${refused}.`);
  const consumer = mq.work({ task_assignment: () => {} }, { concurrency: 4 });
  await until('the consumer to report it', () => codes.size > 0);
  promise(
    [...codes].every((code) => code === 'ERR_ACCESS_DENIED'),
    `The consumer reported ${[...codes].join(', ')}.`,
  );
  checkInbox(root, { sent, tried });

  image.remount(['rw']);
  promise((await send('after')) === 'sent', 'Sending does not work again.');
  await until('all to be handled', () => finished.size === sent.size);
  await consumer.stop();
  promise(
    [...sent].every((id) => finished.has(id)),
    'A message was never handled.',
  );
  checkInbox(root, { sent, tried });
  return `send and the consumer reported ERR_ACCESS_DENIED; then all ${sent.size} were handled, without a restart`;
}
