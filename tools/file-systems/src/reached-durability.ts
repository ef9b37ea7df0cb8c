import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { taskAssignment } from '@tapps-agents/contracts';
import type { Durability } from '@tapps-agents/fs-atomic';
import { openQueue } from '@tapps-agents/queue';
import { promise, type Check, type CheckPlace } from './check.ts';
import { createImage } from './image.ts';
import { fileSystemWith } from './planted-faults.ts';

/**
 * What is asked to survive a power cut, and what does: the image is copied while it is in use, right after the messages were
 * confirmed, and the copy has what the disk had. What the kernel was yet to write is not in it.
 */
export const reachedDurability: Check = {
  name: 'full durability',
  meaning:
    'The level that `send` reports when `full` was asked for. What it reports as `full` is in a copy of the disk made right after.',
  async run(place) {
    const level = await sendSome(place);
    if (level === 'full') await lookIntoCopy(place);
    return level;
  },
};

const ids = Array.from({ length: 20 }, (_, index) => `durable-${index}`);

async function sendSome({ directory, fault }: CheckPlace): Promise<Durability> {
  const root = join(directory, 'messages');
  const fileSystem = fileSystemWith(fault);
  await using mq = await openQueue({ root, agent: 'producer', retention: false, fileSystem });
  await mq.registerAgent('coder');
  const levels = new Set<Durability>();
  for (const id of ids) {
    const message = {
      workflow_id: 'w',
      task_id: id,
      message_id: id,
      agent_id: 'producer',
      assigned_to: 'coder',
    };
    levels.add((await mq.send(taskAssignment(message), { durability: 'full' })).durability);
  }
  const [level = 'none'] = levels;
  promise(levels.size === 1, `Several levels were reported: ${[...levels].join(', ')}.`);
  return level;
}

async function lookIntoCopy({ directory, image }: CheckPlace): Promise<void> {
  promise(
    image?.imageFile !== undefined && image.imageFile !== null,
    'Reported as durable, and in memory only.',
  );
  await using copy = await createImage(image?.kind ?? 'ext4', {
    copyOf: image?.imageFile ?? '',
    // Two file systems of one identity are not mounted at once, unless they are told to.
    mountOptions: image?.kind === 'xfs' ? ['nouuid'] : [],
  });
  const inbox = join(
    copy.directory,
    relative(image?.directory ?? '', directory),
    'messages',
    'inbox',
    'coder',
  );
  const found = namesIn(inbox);
  const lost = ids.filter((id) => !found.some((name) => name.includes(`_${id}_`)));
  promise(
    lost.length === 0,
    `${lost.length} of ${ids.length} confirmed messages are not on the disk (${basename(inbox)}).`,
  );
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
