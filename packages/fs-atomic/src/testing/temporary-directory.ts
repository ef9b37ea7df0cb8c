// oxlint-disable-next-line no-restricted-imports -- tests need a real directory, and to remove it with all it holds
import { mkdtemp, realpath, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that belongs to one test. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a new empty directory under the system's own; disposing removes it with everything in it. Where the system's is in
 * memory, as on many Linux desktops, it lies in /var/tmp: in memory nothing is durable, which is what tests look at.
 */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(await onDisk(tmpdir()), 'fs-atomic-')));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The directory, unless it is a tmpfs (statfs(2)) and the one that outlives a restart (FHS 3.0, 5.15) can be used instead. */
async function onDisk(directory: string): Promise<string> {
  if (process.platform !== 'linux') return directory;
  const tmpfs = 0x01021994;
  if ((await statfs(directory)).type !== tmpfs) return directory;
  const persistent = await statfs('/var/tmp').catch(() => null);
  return persistent === null || persistent.type === tmpfs ? directory : '/var/tmp';
}
