import { dirname } from 'node:path';
import type { FileSystem, WritableFile } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { systemError } from '../system-error.ts';
import type { Tampering, World } from '../world.ts';
import { isMissing, moveByCopying, writeWhole } from './ways.ts';

/* Mistakes in writing files and in making them durable. */

/** Directories are never flushed, and success is reported. */
export const directoriesNotFlushed: Tampering = (inner) =>
  alteredFileSystem(inner, { syncDirectory: () => true });

/** Files are never flushed, and success is reported. */
export const filesNotFlushed: Tampering = (inner) =>
  alteredFileSystem(inner, { create: (path, mode) => createUnflushed(inner, path, mode) });

async function createUnflushed(inner: FileSystem, path: string, mode: number): Promise<WritableFile> {
  const file = await inner.create(path, mode);
  return { ...file, sync: () => undefined };
}

/** A message is written under its final name, where others see how it grows. */
export const writtenInPlace: Tampering = (inner) =>
  alteredFileSystem(inner, {
    rename: (from, to) =>
      from.includes('/tmp/') && to.includes('/inbox/')
        ? moveByCopying(inner, from, to)
        : inner.rename(from, to),
  });

/** Of one message two are made. */
export const messageInvented: Tampering = (inner, _process, world) => invented(inner, world, 'invented');

/** Of one message two are made, the second with an id like those of handlers' messages. */
export const handlersMessageInvented: Tampering = (inner, _process, world) =>
  invented(inner, world, '0'.repeat(36));

function invented(inner: FileSystem, world: World, id: string): FileSystem {
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      await inner.rename(from, to);
      if (!from.includes('/tmp/') || !to.includes('/inbox/') || !to.includes('_m0_')) return;
      const text = new TextDecoder().decode(await inner.read(to, Number.POSITIVE_INFINITY));
      const bytes = new TextEncoder().encode(text.replace('"m0"', `"${id}"`));
      await writeWhole(inner, `${world.root}/tmp/invented.tmp`, bytes);
      await inner.rename(`${world.root}/tmp/invented.tmp`, to.replace('_m0_', `_${id}_`));
    },
  });
}

/** The directories that a message dies between are not flushed. */
export const deathNotFlushed: Tampering = (inner) => {
  const unflushed = new Set<string>();
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      await inner.rename(from, to);
      if (from.includes('/locks/') && to.includes('/dlq/'))
        for (const path of [from, to]) unflushed.add(dirname(path));
    },
    syncDirectory: (path) => (unflushed.delete(path) ? true : inner.syncDirectory(path)),
  });
};

/** Where the result of a step is written, the name is not flushed. */
export const resultsNotFlushed: Tampering = (inner) => {
  const unflushed = new Set<string>();
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      await inner.rename(from, to);
      if (to.includes('/once~')) unflushed.add(dirname(to));
    },
    syncDirectory: (path) => (unflushed.delete(path) ? true : inner.syncDirectory(path)),
  });
};

/** Each message's reason is written when the message is dead already. */
export const reasonAfterMessage: Tampering = (inner, process, world) => {
  const waiting: (readonly [string, string])[] = [];
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (to.endsWith('.reason.json')) {
        if (await isMissing(inner, dirname(to))) throw systemError('ENOENT', 'rename', to);
        waiting.push([from, to]);
        return;
      }
      await inner.rename(from, to);
      if (!to.includes('/dlq/')) return;
      await world.sleep(process, 300);
      for (const [reason, place] of waiting.splice(0))
        await Promise.resolve(inner.rename(reason, place)).catch(() => undefined);
    },
  });
};
