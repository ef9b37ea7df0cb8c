import type { Holder } from '../store.ts';
import { listDirectory, type Disk } from './disk.ts';
import { parseOwnerFile } from './names.ts';

/** So many records are looked at, in no particular order: more processes than consume from one directory. */
const MOST_HOLDERS = 256;

/** Whose sessions have not ended, also of those with nothing in hand. One that cannot be looked at is left out. */
export async function livingHolders(
  disk: Disk,
  describe: (owner: string) => Promise<Holder>,
): Promise<readonly Holder[]> {
  const living: Holder[] = [];
  let looked = 0;
  for await (const batch of listDirectory(disk, disk.layout.owners, 'empty')) {
    for (const { name } of batch) {
      const owner = parseOwnerFile(name);
      if (owner === null) continue;
      looked += 1;
      if (looked > MOST_HOLDERS) return living;
      const holder = await describe(owner).catch(() => null);
      if (holder?.state === 'alive') living.push(holder);
    }
  }
  return living;
}
