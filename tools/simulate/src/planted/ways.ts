import { dirname } from 'node:path';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import { systemError } from '../system-error.ts';

/** Whether there is nothing at this path, or nothing that can be looked at. */
export async function isMissing(fileSystem: FileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return false;
  } catch {
    return true;
  }
}

/** Two steps where a rename is one: a copy is made, then the original is removed. */
export async function moveByCopying(fileSystem: FileSystem, from: string, to: string): Promise<void> {
  const bytes = await fileSystem.read(from, Number.POSITIVE_INFINITY);
  if (await isMissing(fileSystem, dirname(to))) throw systemError('ENOENT', 'rename', to);
  await writeWhole(fileSystem, to, bytes);
  await fileSystem.remove(from);
}

/** Makes a file. */
export async function writeWhole(fileSystem: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fileSystem.create(path, 0o600);
  for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
  await file.close();
}
