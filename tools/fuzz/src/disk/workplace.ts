import { accessSync, constants, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * Where directories are made: in memory where the system has such a place, since making and removing them is most of the
 * work, and nothing that is checked here is about durability.
 */
export function workplace(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return realpathSync(tmpdir());
  }
}
