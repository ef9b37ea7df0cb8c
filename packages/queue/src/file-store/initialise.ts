import { dirname } from 'node:path';
import { ensureDirectory, replaceFile, systemErrorCode } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import { accessOf, accessOfDirectories, modesFor, openToGroup, type Access } from './access.ts';
import { systemWords } from '../system-words.ts';
import { jsonBytes, listDirectory, readIfPresent, statusOf, writing, type Disk } from './disk.ts';
import { LAYOUT_VERSION } from './layout.ts';

const MAX_LAYOUT_BYTES = 64 * 1024;
const OURS = new Set(['inbox', 'outbox', 'locks', 'dlq']);
/** Everything that can be there before the version is: after a power loss, in any selection. */
const UNFINISHED = new Set([...OURS, 'processed', 'journal', 'tmp', '.gitignore']);

/**
 * Makes sure that the root is a messages directory that this code understands; with `create`, makes it one.
 * The version file is written last, so a directory that has it is complete; one that is empty or cut short is written anew.
 * `access`: whom the directory is to be for, where that was asked for.
 *
 * @throws QueueError `ERR_NOT_A_MESSAGES_DIRECTORY`, `ERR_LAYOUT_TOO_NEW`, `ERR_ROOT_UNUSABLE`
 */
export async function initialise(disk: Disk, create: boolean, access?: Access): Promise<void> {
  const { root } = disk.layout;
  const found = await look(disk, create);
  if (found === 'foreign' || (!create && (found === 'missing' || found === 'empty'))) {
    throw new QueueError('ERR_NOT_A_MESSAGES_DIRECTORY', refusal(root, found), { path: root });
  }
  if (found === 'complete') return;
  if (found === 'without_version' && !create) return;
  try {
    await build(disk, access);
  } catch (error) {
    // Windows says of what lies in a file that it is missing (ERROR_PATH_NOT_FOUND); the attempt to make it tells.
    if (systemErrorCode(error) === 'ENOTDIR')
      throw new QueueError('ERR_NOT_A_MESSAGES_DIRECTORY', refusal(root, 'foreign'), { path: root });
    throw new QueueError(
      'ERR_ROOT_UNUSABLE',
      `Cannot set up messages in ${root}: ${systemWords(error)}. Make the directory writable, or choose another root.`,
      {
        path: root,
        cause: error,
      },
    );
  }
}

/*
 * Several may build at once, one of them for the group because it was told to, and others who were told nothing and make all for its
 * owner alone, as they find no version. However they take turns, it ends up the group's: who builds for the group opens
 * the directories to it before the version is written, and who was told nothing looks at them after it has written one.
 */
async function build(disk: Disk, access: Access | undefined): Promise<void> {
  const options = writing(disk, 'full');
  for (const path of disk.layout.skeleton) await ensureDirectory(path, options);
  await keepRoot(disk);
  // Whole or not at all: one that a crash left empty would let messages be committed for ever. What others wrote there stays.
  const ignored = await statusOf(disk, disk.layout.gitignore);
  if (ignored === null || (ignored.kind === 'file' && ignored.size === 0)) {
    await replaceFile(disk.layout.gitignore, new TextEncoder().encode('*\n'), options);
  }
  if (access === 'group') await openToGroup(disk, [disk.layout.root, ...disk.layout.skeleton]);
  if (!(await isVersionFor(disk, access))) await writeVersion(disk);
  if (access === undefined && (await accessOfDirectories(disk)) === 'group')
    await writeVersion({ ...disk, ...modesFor('group'), within: undefined });
}

/** Whether there is a whole version, and it does not keep out whom the directory is to be for. */
async function isVersionFor(disk: Disk, access: Access | undefined): Promise<boolean> {
  if ((await readVersion(disk)) === 'damaged') return false;
  return access === undefined || (await accessOf(disk, undefined)) === access;
}

/** Whole or not at all: a version file that is cut short would shut everybody out. Of several, any will do. */
async function writeVersion(disk: Disk): Promise<void> {
  const layout = { layout: LAYOUT_VERSION, created_at: new Date(disk.clock.now()).toISOString() };
  await replaceFile(disk.layout.version, jsonBytes(layout), writing(disk, 'full'));
}

/**
 * Makes the names of the root and of its parent durable. Whoever made them may have died, or failed, before it did, and
 * without them all that is acknowledged as durable would be lost. A parent that may not even be read is not one of ours.
 */
async function keepRoot(disk: Disk): Promise<void> {
  const { root } = disk.layout;
  try {
    await ensureDirectory(root, { ...writing(disk, 'full'), durableRoot: dirname(dirname(root)) });
  } catch (error) {
    if (systemErrorCode(error) !== 'EACCES') throw error;
  }
}

type Found = 'missing' | 'foreign' | 'empty' | 'without_version' | 'complete';

async function look(disk: Disk, create: boolean): Promise<Found> {
  const names: string[] = [];
  try {
    for await (const batch of listDirectory(disk, disk.layout.root, 'error')) {
      for (const entry of batch) if (names.length < 1_000) names.push(entry.name);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'missing';
    if (systemErrorCode(error) === 'ENOTDIR') return 'foreign';
    throw new QueueError(
      'ERR_ROOT_UNUSABLE',
      `Cannot read ${disk.layout.root}: ${systemWords(error)}. Check its permissions.`,
      {
        path: disk.layout.root,
        cause: error,
      },
    );
  }
  if (names.length === 0) return 'empty';
  const others = names.filter((name) => name !== 'layout.json');
  const isOurs =
    others.some((name) => OURS.has(name)) ||
    (others.length > 0 && others.every((name) => UNFINISHED.has(name)));
  if (others.length < names.length) {
    const version = await readVersion(disk);
    // Cut short by a power loss, or by hand: it holds nothing that would be lost.
    if (version === 'damaged' && isOurs && create) return 'without_version';
    checkVersion(disk, version);
    return 'complete';
  }
  return isOurs ? 'without_version' : 'foreign';
}

function checkVersion(disk: Disk, version: number | 'damaged' | 'another file'): void {
  const path = disk.layout.version;
  if (typeof version === 'string') {
    throw new QueueError(
      'ERR_NOT_A_MESSAGES_DIRECTORY',
      `${path} does not say which layout this is. Restore it, or write {"layout": ${LAYOUT_VERSION}} if this directory was made by this version.`,
      { path },
    );
  }
  if (version > LAYOUT_VERSION) {
    throw new QueueError(
      'ERR_LAYOUT_TOO_NEW',
      `${disk.layout.root} has layout ${version}; this version reads up to ${LAYOUT_VERSION}. Upgrade @tapps-agents/queue.`,
      { path },
    );
  }
}

/** The layout's number; `damaged` when there is no whole JSON value, `another file` when it says something else. */
async function readVersion(disk: Disk): Promise<number | 'damaged' | 'another file'> {
  let value: unknown;
  try {
    const bytes = await readIfPresent(disk, disk.layout.version, MAX_LAYOUT_BYTES);
    value = JSON.parse(new TextDecoder().decode(bytes ?? undefined));
  } catch (error) {
    if (error instanceof SyntaxError) return 'damaged'; // The caller repairs it or says so, with the path.
    if (['EFBIG', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return 'another file';
    throw error;
  }
  const layout = typeof value === 'object' && value !== null && 'layout' in value ? value.layout : null;
  return typeof layout === 'number' && Number.isInteger(layout) && layout > 0 ? layout : 'another file';
}

function refusal(root: string, found: 'foreign' | 'missing' | 'empty'): string {
  return found !== 'foreign'
    ? `There is no messages directory at ${root}${found === 'empty' ? ', which is empty' : ''}. Create it with \`tapps-mq init\`, or name another with --root.`
    : `${root} is not a messages directory: it holds other things, or is a file or in one. Choose an empty or a new directory.`;
}
