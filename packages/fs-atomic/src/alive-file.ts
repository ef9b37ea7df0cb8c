import { systemErrorCode, systemFailure } from './errors.ts';
import type { FileSettings } from './file-options.ts';
import type { ExclusiveFile } from './file-system.ts';
import { discard } from './staging.ts';

/** The file that an owner holds open while it lives, where the platform lets others notice that it is held. */
export interface AliveFile {
  /** Closes and removes it; never fails, as a file that is left behind means nothing without its record. */
  release(): Promise<void>;
}

/** Creates and holds it; `taken` when another process does, null where the platform has no such files. */
export async function holdAliveFile(
  path: string,
  settings: FileSettings,
): Promise<AliveFile | 'taken' | null> {
  let file: ExclusiveFile | null;
  try {
    file = await settings.fileSystem.holdExclusively(path);
  } catch (error) {
    if (systemErrorCode(error) === 'EBUSY') return 'taken';
    throw systemFailure(error, { attempted: 'hold', path });
  }
  if (file === null) return null;
  return {
    async release() {
      try {
        await file.close();
      } catch {
        // It is closed all the same.
      }
      await discard(path, settings);
    },
  };
}
