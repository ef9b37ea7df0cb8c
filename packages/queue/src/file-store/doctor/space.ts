import type { Finding } from '../../diagnosis.ts';
import type { Round } from './round.ts';
import { Tally } from './tally.ts';

const MIB = 2 ** 20;
const LOW_BYTES = 256 * MIB;
const NO_BYTES = 32 * MIB;
const LOW_INODES = 10_000;
const NO_INODES = 1_000;

/** How much room the file system has for messages, and for files. */
export async function checkSpace(round: Round): Promise<Finding[]> {
  const { layout, fileSystem } = round.disk;
  const space = await round.attempt(layout.root, async () => await fileSystem.space(layout.root));
  if (space === null) return [];
  const bytes = new Tally();
  const inodes = new Tally();
  if (space.freeBytes < LOW_BYTES) {
    bytes.add(
      '.',
      `${Math.floor(space.freeBytes / MIB)} MiB of ${Math.floor(space.totalBytes / MIB)} MiB are free`,
    );
  }
  if (space.freeInodes !== null && space.freeInodes < LOW_INODES) {
    inodes.add('.', `${space.freeInodes} more files can be made`);
  }
  return [
    ...bytes.found({
      code: 'low_space',
      severity: space.freeBytes < NO_BYTES ? 'error' : 'warning',
      text: 'Little room is left: once it is used up, sending fails with ERR_DISK_FULL. Make room, or keep finished messages for less long.',
      mendable: false,
    }),
    ...inodes.found({
      code: 'low_inodes',
      severity: (space.freeInodes ?? 0) < NO_INODES ? 'error' : 'warning',
      text: 'The file system can hold few more files: sending will fail, with ERR_DISK_FULL, whatever room there is. Remove files, or keep finished messages for less long.',
      mendable: false,
    }),
  ];
}
