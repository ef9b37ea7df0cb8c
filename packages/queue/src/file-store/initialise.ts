import { dirname } from 'node:path';
import { createExclusive, ensureDirectory, replaceFile, systemErrorCode } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import { jsonBytes, listDirectory, readIfPresent, writing, type Disk } from './disk.ts';
import { LAYOUT_VERSION } from './layout.ts';

const MAX_LAYOUT_BYTES = 64 * 1024;
const OURS = new Set(['inbox', 'outbox', 'locks', 'dlq']);
/** Everything that can be there before the version is: after a power loss, in any selection. */
const UNFINISHED = new Set([...OURS, 'processed', 'journal', 'tmp', '.gitignore']);

/**
 * Makes sure that the root is a messages directory that this code understands; with `create`, makes it one.
 * The version file is written last, so a directory that has it is complete.
 *
 * @throws QueueError `ERR_NOT_A_MESSAGES_DIRECTORY`, `ERR_LAYOUT_TOO_NEW`, `ERR_ROOT_UNUSABLE`
 */
export async function initialise(disk: Disk, create: boolean): Promise<void> {
  const { root } = disk.layout;
  const found = await look(disk);
  if (found === 'foreign' || (!create && (found === 'missing' || found === 'empty'))) {
    throw new QueueError('ERR_NOT_A_MESSAGES_DIRECTORY', refusal(root, found), { path: root });
  }
  if (found === 'complete') return;
  if (found === 'without_version' && !create) return;
  try {
    await build(disk);
  } catch (error) {
    throw new QueueError(
      'ERR_ROOT_UNUSABLE',
      `Cannot set up messages in ${root}: ${reasonOf(error)}. Make the directory writable, or choose another root.`,
      {
        path: root,
        cause: error,
      },
    );
  }
}

async function build(disk: Disk): Promise<void> {
  const options = writing(disk, 'full');
  for (const path of disk.layout.skeleton) await ensureDirectory(path, options);
  await keepRoot(disk);
  await createExclusive(disk.layout.gitignore, new TextEncoder().encode('*\n'), options);
  const layout = { layout: LAYOUT_VERSION, created_at: new Date(disk.clock.now()).toISOString() };
  // Whole or not at all: a version file that is cut short would shut everybody out. Of several, any will do.
  await replaceFile(disk.layout.version, jsonBytes(layout), options);
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
    const cause = error instanceof Error ? error.cause : undefined;
    if (systemErrorCode(cause) !== 'EACCES') throw error;
  }
}

type Found = 'missing' | 'foreign' | 'empty' | 'without_version' | 'complete';

async function look(disk: Disk): Promise<Found> {
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
      `Cannot read ${disk.layout.root}: ${reasonOf(error)}. Check its permissions.`,
      {
        path: disk.layout.root,
        cause: error,
      },
    );
  }
  if (names.includes('layout.json')) {
    await checkVersion(disk);
    return 'complete';
  }
  if (names.length === 0) return 'empty';
  const isOurs = names.some((name) => OURS.has(name)) || names.every((name) => UNFINISHED.has(name));
  return isOurs ? 'without_version' : 'foreign';
}

async function checkVersion(disk: Disk): Promise<void> {
  const path = disk.layout.version;
  const bytes = await readIfPresent(disk, path, MAX_LAYOUT_BYTES);
  const version = bytes === undefined ? null : versionIn(bytes);
  if (version === null) {
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

function versionIn(bytes: Uint8Array): number | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const layout = typeof value === 'object' && value !== null && 'layout' in value ? value.layout : null;
    return typeof layout === 'number' && Number.isInteger(layout) && layout > 0 ? layout : null;
  } catch {
    return null; // Not JSON: the caller says so, with the path.
  }
}

function refusal(root: string, found: 'foreign' | 'missing' | 'empty'): string {
  return found !== 'foreign'
    ? `There is no messages directory at ${root}${found === 'empty' ? ', which is empty' : ''}. Create it with \`tapps-mq init\`, or name another with --root.`
    : `${root} is not a messages directory: it holds other things, or is a file. Choose an empty or a new directory.`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
