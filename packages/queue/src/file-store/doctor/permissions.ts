import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import type { Disk } from '../disk.ts';
import { isExpected } from './foreign.ts';
import type { Round } from './round.ts';
import { Tally } from './tally.ts';
import { walk } from './walk.ts';

const GROUP = 0o070;
const OTHERS = 0o007;
const OTHERS_WRITE = 0o002;

/**
 * Files and directories that are open to more than their owner, or to more than the group where the root is shared with one:
 * who can read them reads the messages, and who can write them makes agents act. What is not the queue's is told as foreign, and its
 * bits are its owner's to choose. Windows has no such bits.
 */
export async function checkPermissions(round: Round): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const { root } = round.disk.layout;
  const forbidden = (await isShared(round)) ? OTHERS : GROUP | OTHERS;
  const found = new Tally();
  const worst = { mode: 0 };
  await check(round, root, forbidden, found, worst);
  for await (const walked of walk(round, isExpected)) {
    if (isExpected(walked)) await check(round, walked.path, forbidden, found, worst);
  }
  const whom = forbidden === OTHERS ? 'others than the group that shares it' : 'others than its owner';
  const what = found.count === 1 ? '1 file or directory is' : `${found.count} files or directories are`;
  return found.found({
    code: 'unsafe_permissions',
    severity: (worst.mode & OTHERS_WRITE) === 0 ? 'warning' : 'error',
    text: `${what} open to ${whom}: who can read it reads messages, and who can write it makes agents act.`,
    mendable: true,
  });
}

async function check(
  round: Round,
  path: string,
  forbidden: number,
  found: Tally,
  worst: { mode: number },
): Promise<void> {
  const status = await round.status(path);
  if (status === null || (status.mode & forbidden) === 0) return;
  if (status.kind !== 'file' && status.kind !== 'directory') return;
  const wanted = status.mode & ~forbidden;
  found.add(round.placeOf(path), `${octal(status.mode)} instead of ${octal(wanted)}`);
  worst.mode |= status.mode;
  if (round.mend && (await close(round, path, wanted))) found.mended();
}

async function close(round: Round, path: string, mode: number): Promise<boolean> {
  const { fileSystem } = round.disk;
  try {
    await fileSystem.changeMode?.(path, mode);
    return (await fileSystem.status(path)).mode === mode; // A file system without such bits may say yes and do nothing.
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false; // It belongs to somebody else, say: it was looked at, and stays as it is.
  }
}

/** A group shares the root if it was opened so just now, or if it may do everything in the root and its boxes. */
async function isShared(round: Round): Promise<boolean> {
  if (isGroupAccess(round.disk)) return true;
  for (const path of [round.disk.layout.root, round.disk.layout.boxes('inbox')]) {
    const status = await round.status(path);
    if (status === null || (status.mode & GROUP) !== GROUP) return false;
  }
  return true;
}

function isGroupAccess({ directoryMode }: Disk): boolean {
  return (directoryMode & GROUP) === GROUP;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
