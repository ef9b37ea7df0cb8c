import type { FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { systemError } from '../system-error.ts';
import type { Tampering } from '../world.ts';
import { moveByCopying } from './ways.ts';

/* Mistakes in mutexes, in tidying up, and in coming to an end. */

const same = (path: string): string => path.replace(/\/g\d+~/, '/g0~');

/** A mutex's generation never grows: the token has the same names again and again. */
export const noGenerations: Tampering = (inner) => {
  return alteredFileSystem(inner, {
    create: (path, mode) => inner.create(same(path), mode),
    rename: (from, to) => inner.rename(same(from), same(to)),
    remove: (path) => inner.remove(same(path)),
    status: (path) => inner.status(same(path)),
  });
};

/** The token of a mutex is copied, and then removed under its old name. */
export const tokenByCopy: Tampering = (inner) =>
  alteredFileSystem(inner, {
    rename: (from, to) =>
      /\/g\d+~(?:free|held)/.test(from) ? moveByCopying(inner, from, to) : inner.rename(from, to),
  });

/** What writers left behind that died is never looked at. */
export const nothingSwept: Tampering = (inner) =>
  alteredFileSystem(inner, {
    list: async function* list(path) {
      if (!path.endsWith('/tmp')) yield* inner.list(path);
    },
  });

/** Whoever stops watching a directory goes on all the same. */
export const watchesForEver: Tampering = (inner, process) =>
  alteredFileSystem(inner, {
    watch: (path, changed, failed) => {
      const stop = inner.watch(path, changed, failed);
      const again = (): void => void process.clock.setTimer(again, 60_000);
      again();
      return stop;
    },
  });

/** A session's end waits for an answer that never comes. */
export const removalWithoutAnswer: Tampering = (inner) =>
  alteredFileSystem(inner, {
    remove: (path) =>
      path.includes('/locks/owners/') ? new Promise<never>(() => undefined) : inner.remove(path),
  });

/** A disk that errs for ever, in one kind of call on some paths; not before everything else is well. */
export function errsForEver(verb: 'list' | 'remove' | 'read' | 'rename', where: RegExp): Tampering {
  return (inner, _process, world) => {
    const fail = (path: string): void => {
      if (!world.harmful && where.test(path)) throw systemError('EIO', verb, path);
    };
    const changes: Pick<FileSystem, typeof verb> = {
      rename: (from, to) => {
        fail(to);
        return inner.rename(from, to);
      },
      list: async function* list(path) {
        fail(path);
        yield* inner.list(path);
      },
      read: (path, maxBytes) => {
        fail(path);
        return inner.read(path, maxBytes);
      },
      remove: (path) => {
        fail(path);
        return inner.remove(path);
      },
    };
    return alteredFileSystem(inner, { [verb]: changes[verb] });
  };
}
