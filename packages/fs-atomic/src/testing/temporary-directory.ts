// oxlint-disable-next-line no-restricted-imports -- tests need a real directory, and to remove it with all it holds
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that belongs to one test. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/** Makes a new empty directory under the system's own; disposing removes it with everything in it. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'fs-atomic-')));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
