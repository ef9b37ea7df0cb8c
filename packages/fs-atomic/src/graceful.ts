// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
// oxlint-disable-next-line no-restricted-imports -- and the one that knows graceful-fs
import gracefulFs from 'graceful-fs';
import { systemErrorCode } from './errors.ts';
import type { Awaitable } from './file-system.ts';

// `fs` is the default import on purpose, here and in the other files: graceful-fs replaces `fs.closeSync` to wake its queue, and a
// named import would still be the original.

/** Opens now; where no descriptor is free, waits in graceful-fs's queue (up to a minute without any progress). */
export function open(path: string, flags: string | number, mode: number): Awaitable<number> {
  try {
    return fs.openSync(path, flags, mode);
  } catch (error) {
    if (!lacksDescriptor(error)) throw error;
    return new Promise((resolve, reject) => {
      gracefulFs.open(path, flags, mode, (failure, descriptor) =>
        failure === null ? resolve(descriptor) : reject(failure),
      );
    });
  }
}

export function lacksDescriptor(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'EMFILE' || code === 'ENFILE';
}

/** All names in a directory; waits in graceful-fs's queue where no descriptor is free. */
export function patientNames(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    gracefulFs.readdir(path, (error, found) => (error === null ? resolve(found) : reject(error)));
  });
}
