import type { Box } from '../stored-message.ts';
import { listDirectory, type Disk } from './disk.ts';
import { parseLeased, parseReady } from './names.ts';
import { encodeSegment } from './segment.ts';

/** Which of these ids are ready or leased in a box: two listings, whatever their number, of which no names are kept. */
export async function unfinishedAmong(
  disk: Disk,
  box: Box,
  ids: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (ids.size === 0) return found;
  const bySegment = new Map([...ids].map((id) => [encodeSegment(id, 'message'), id]));
  const ready = [disk.layout.box(box), (name: string) => parseReady(name)?.id] as const;
  const leased = [disk.layout.leases(box), (name: string) => parseLeased(name)?.name.id] as const;
  for (const [directory, idIn] of [ready, leased]) {
    for await (const batch of listDirectory(disk, directory, 'empty')) {
      for (const { name, kind } of batch) {
        const id = kind === 'file' ? bySegment.get(idIn(name) ?? '') : undefined;
        if (id !== undefined) found.add(id);
      }
    }
  }
  return found;
}
