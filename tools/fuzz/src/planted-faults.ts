import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryParseMessage, type Message } from '@tapps-agents/contracts';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import type { Entry } from '@tapps-agents/queue';
import { newName, parseReady } from '../../../packages/queue/src/file-store/names.ts';
import { SafeText } from '../../../packages/cli/src/render/safe-text.ts';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { specialFilesTarget } from './disk/special-files-target.ts';
import { treeTarget } from './disk/tree-target.ts';
import type { Target } from './target.ts';
import { archivePathTarget } from './targets/archive-path.ts';
import { fileNameTarget } from './targets/file-name.ts';
import { messageTarget, type ReadMessage } from './targets/message.ts';
import { operationFilesTarget } from './targets/operation-files.ts';
import { segmentTarget } from './targets/segment.ts';
import { shownTextTarget } from './targets/shown-text.ts';

/*
 * Mistakes that readers of hostile files make, each put into the place of what is tested. A check that never failed shows
 * nothing; so each of these must be noticed, within the number of inputs that the tests name.
 */

/** Reads as it should, and does one thing more with what was read. */
function reading(more: (message: Message | null, input: unknown) => void): ReadMessage {
  return (input: unknown) => {
    const result = tryParseMessage(input);
    more(result.ok ? result.message : null, input);
    return result;
  };
}

function parsedOrNull(input: unknown): unknown {
  try {
    return typeof input === 'string' ? JSON.parse(input) : null;
  } catch {
    return null;
  }
}

/** Merges field by field, also those of `__proto__`: the mistake that prototypes are polluted by. */
function merge(into: Record<string, unknown>, from: object): void {
  for (const [key, value] of Object.entries(from)) {
    const inner = into[key];
    if (typeof value === 'object' && value !== null && typeof inner === 'object' && inner !== null)
      merge(inner as Record<string, unknown>, value as object);
    else into[key] = value;
  }
}

/** Reads from a pipe into which nobody writes: the thread is in the kernel, and nothing ends it but the end of its process. */
function waitForEver(): void {
  const directory = mkdtempSync(join(tmpdir(), 'tapps-fuzz-plant-'));
  const pipe = join(directory, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const descriptor = openSync(pipe, 'r+');
  rmSync(directory, { recursive: true });
  readSync(descriptor, new Uint8Array(1));
}

const hoard: Uint8Array[] = [];
const keptNames = new Set<string>();

/** Takes links for what they point to. */
const followingLinks = (inner: FileSystem): FileSystem =>
  alteredFileSystem(inner, {
    list: async function* list(path) {
      for await (const batch of inner.list(path))
        yield batch.map((entry) =>
          entry.kind === 'link' ? { ...entry, kind: kindOf(`${path}/${entry.name}`) } : entry,
        );
    },
    status: async (path) => {
      const status = await inner.status(path);
      return status.kind === 'link' ? { ...status, kind: kindOf(path) } : status;
    },
    read: (path, maxBytes) => (statSync(path).isFile() ? readFileSync(path) : inner.read(path, maxBytes)),
  });

function kindOf(path: string): 'file' | 'directory' | 'link' {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 'link';
  return status.isDirectory() ? 'directory' : status.isFile() ? 'file' : 'link';
}

/** Gives up on a directory at the first name in it that is not plain. */
const stoppedByNames = (inner: FileSystem): FileSystem =>
  alteredFileSystem(inner, {
    list: async function* list(path) {
      for await (const batch of inner.list(path)) {
        if (batch.some(({ name }) => !/^[\w.~%-]+$/.test(name)))
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        yield batch;
      }
    },
  });

function isEntryLike(value: unknown): value is Entry {
  return (
    typeof value === 'object' && value !== null && 'entryId' in value && typeof value.entryId === 'string'
  );
}

/** By the name of the fault. */
export const PLANTED_FAULTS: Readonly<Record<string, () => Target>> = {
  'type error': () =>
    messageTarget(
      reading((_, input) => {
        const value = parsedOrNull(input) as { message_id: string } | null;
        if (value !== null && typeof value === 'object' && 'message_id' in value)
          value.message_id.slice(0, 8);
      }),
    ),
  'prototype polluted': () =>
    messageTarget(
      reading((_, input) => {
        const value = parsedOrNull(input);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) merge({}, value);
      }),
    ),
  'memory leak': () => messageTarget(reading(() => void hoard.push(new Uint8Array(16_384).fill(1)))),
  'every name kept': () =>
    fileNameTarget((name) => {
      keptNames.add(name);
      return parseReady(name);
    }),
  'endless loop': () =>
    messageTarget(
      reading((message) => {
        for (let left = message === null ? 0 : 1; left > 0;)
          left = Math.max(left, performance.now() < 0 ? 0 : 1);
      }),
    ),
  'endless wait': () =>
    messageTarget(
      reading((message) => {
        if (message !== null) waitForEver();
      }),
    ),
  'no sanitising': () => shownTextTarget((text) => SafeText.trusted(text)),
  'ids as paths': () => segmentTarget((id) => id),
  'loose names': () =>
    fileNameTarget((name) => {
      const id = /^\d{8}T\d{6}_\d{3}Z_(.*)_(?:task_assignment|status_update)~p/s.exec(name)?.[1];
      return id === undefined
        ? null
        : newName({ id, type: 'status_update', createdAt_ms: 0, priority: 'low' });
    }),
  'paths of archives believed': () =>
    archivePathTarget((path) => ({ kind: 'ready', target: path, agent: null })),
  'sets believed': () => operationFilesTarget((value) => (isEntryLike(value) ? value : null)),
  'links followed': () => specialFilesTarget(followingLinks),
  'stopped by a name': () => treeTarget(stoppedByNames),
};

/** Lets go of what the planted leaks keep. */
export function forgetHoard(): void {
  hoard.length = 0;
  keptNames.clear();
}
