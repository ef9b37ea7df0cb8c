import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** The copy, its dependencies, two Nodes and two Windows take about 2 GB. */
const leastRoom_bytes = 6 * 1024 ** 3;

/**
 * Where there is room for the work: in memory, where flushes take no time (what holds on which file system is the business of
 * other checks), else among the temporary files.
 */
export function roomyDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > leastRoom_bytes ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}
