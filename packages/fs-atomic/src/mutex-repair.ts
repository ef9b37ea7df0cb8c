import { dirname } from 'node:path';
import { findPath } from './existence.ts';
import { systemFailure } from './errors.ts';
import { syncDirectoryUpTo } from './directory-sync.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import { createMutexDirectory, findToken, MAX_GENERATION } from './mutex-token.ts';
import { wait } from './wait.ts';

/** So many looks, so far apart, and nothing moved in between: then it is no token that was under way. */
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 100;
/** Nobody acquires more often than so many times in each millisecond. */
const GENERATIONS_PER_MS = 100;
/** No token is restored with a higher one (by the clock, in the year 2255): so many acquisitions are to come after it. */
const HIGHEST_RESTORED = MAX_GENERATION - 1e14;

/** Which mutex is to be looked at or mended. */
export interface MutexRepairOptions extends FileOptions {
  readonly directory: string;
  /** Where the new token is prepared; on the same file system. */
  readonly temporaryDirectory: string;
}

/**
 * Whether a mutex has lost its token, as after a power loss on a file system without a journal: then nobody can ever acquire it.
 * Ten looks in a second, and all the while nothing changes in the directory; where a token is seen, the first look answers.
 * False for a mutex that was never made. It changes nothing.
 */
export async function isMutexTokenLost(
  options: Pick<MutexRepairOptions, 'directory' | keyof FileOptions>,
): Promise<boolean> {
  return await isTokenLost(options.directory, fileSettings(options));
}

/** As {@link isMutexTokenLost}, of settings that are complete. */
export async function isTokenLost(directory: string, settings: FileSettings): Promise<boolean> {
  let changed_ms: number | undefined;
  for (let look = 1; ; look += 1) {
    if ((await findToken(directory, settings)) !== 'none') return false;
    const now_ms = await changedAt_ms(directory, settings);
    if (now_ms === null || (changed_ms !== undefined && now_ms !== changed_ms)) return false;
    changed_ms = now_ms;
    if (look === LOOKS) return true;
    await wait(BETWEEN_LOOKS_MS, settings.clock, settings.signal);
  }
}

/**
 * Gives a mutex that has lost its token a new one; false where that is not needed, or somebody else did it. Any process may,
 * beside others that use the mutex: a complete directory is renamed over the mutex's own, which the system does only while that
 * is empty (rename(2)), so a token that no listing has shown is never joined by a second; and a holder that slept through the
 * loss finds its token's name gone.
 *
 * The new token is free, and of a generation above each that was ever counted: a hundred times the milliseconds since 1970, by
 * the clock or by the time of the directory's last change, whichever is later. Only a clock that was years ahead at an earlier
 * repair could make one come again.
 *
 * Windows replaces no directory, and nothing replaces one that holds another file: false, and the mutex is as it was.
 */
export async function restoreMutexToken(options: MutexRepairOptions): Promise<boolean> {
  const { directory, temporaryDirectory } = options;
  const settings = fileSettings(options);
  if (!(await isTokenLost(directory, settings))) return false;
  const changed_ms = await changedAt_ms(directory, settings);
  if (changed_ms === null) return false;
  const latest_ms = Math.max(settings.clock.now(), changed_ms);
  const generation = Math.min(Math.ceil(latest_ms + 1) * GENERATIONS_PER_MS, HIGHEST_RESTORED);
  if (!(await createMutexDirectory(directory, temporaryDirectory, settings, generation))) return false;
  const parent = dirname(directory);
  try {
    await syncDirectoryUpTo(parent, undefined, settings.fileSystem);
  } catch (error) {
    throw systemFailure(error, { attempted: 'flush the mended mutex', path: parent });
  }
  return true;
}

/** When something in the directory last came, went or got another name; null where there is none. */
async function changedAt_ms(directory: string, { fileSystem }: FileSettings): Promise<number | null> {
  try {
    return (await findPath(directory, fileSystem))?.modified_ms ?? null;
  } catch (error) {
    throw systemFailure(error, { attempted: 'look at the mutex', path: directory });
  }
}
