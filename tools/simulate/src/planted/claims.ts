import { dirname } from 'node:path';
import type { DirectoryEntry } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { systemError } from '../system-error.ts';
import type { Tampering } from '../world.ts';
import { isMissing, moveByCopying, writeWhole } from './ways.ts';

/* Mistakes in taking messages, handing them back and finishing them. */

/** A message is claimed by making a copy of it and removing the original afterwards. */
export const claimByCopy: Tampering = (inner) =>
  alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (!/\/(?:inbox|outbox)\//.test(from) || !to.includes('/locks/')) {
        await inner.rename(from, to);
        return;
      }
      await moveByCopying(inner, from, to);
    },
  });

/** Nobody notices that its session has ended, or that its message is gone: a late holder's acknowledgement succeeds. */
export const noFencing: Tampering = (inner, process) => {
  const ownRecords = new Set<string>();
  return alteredFileSystem(inner, {
    create: (path, mode) => {
      if (path.includes('/locks/owners/')) ownRecords.add(path);
      return inner.create(path, mode);
    },
    rename: async (from, to) => {
      const finishes = from.includes('/locks/') && to.includes('/processed/');
      if (finishes && (await isMissing(inner, from)) && !(await isMissing(inner, dirname(to)))) return;
      await inner.rename(from, to);
    },
    touch: async (path, modified_ms) => {
      if (!(await isMissing(inner, path))) await inner.touch(path, modified_ms);
    },
    status: async (path) => {
      if (!ownRecords.has(path) || !(await isMissing(inner, path))) return await inner.status(path);
      return { kind: 'file', size: 1, modified_ms: process.random.next(), mode: 0o600 };
    },
  });
};

/** The ledger is looked at as it was when the leases had not been listed yet. */
export const ledgerBeforeLeases: Tampering = (inner, process, world) => {
  let ledger = new Set<string>();
  return alteredFileSystem(inner, {
    list: async function* list(path): AsyncGenerator<readonly DirectoryEntry[]> {
      if (/\/locks\/(?:inbox|outbox)\//.test(path)) {
        ledger = new Set([...world.machine.disk.files(`${world.root}/processed`)].map((file) => file.path));
        await world.sleep(process, 300); // What it saw there is old by the time of the list.
      }
      yield* inner.list(path);
    },
    status: async (path) => {
      const status = await inner.status(path);
      if (path.includes('/processed/') && status.kind === 'file' && !ledger.has(path)) {
        throw systemError('ENOENT', 'lstat', path);
      }
      return status;
    },
  });
};

/** A message goes back to its box by being removed, and written anew. */
export const requeueByRewriting: Tampering = (inner, process, world) =>
  alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (
        !from.includes('/locks/') ||
        !/\/(?:inbox|outbox)\/[^/]+\/[^/]+$/.test(to) ||
        to.includes('/locks/')
      ) {
        await inner.rename(from, to);
        return;
      }
      const aside = `${world.root}/tmp/${to.slice(to.lastIndexOf('/') + 1)}.tmp`;
      const bytes = await inner.read(from, Number.POSITIVE_INFINITY);
      await inner.remove(from);
      await world.sleep(process, 300);
      await writeWhole(inner, aside, bytes);
      await inner.rename(aside, to);
    },
  });

/** A message that comes back has forgotten how often it was delivered. */
export const deliveriesForgotten: Tampering = (inner) =>
  alteredFileSystem(inner, {
    rename: async (from, to) => {
      const comesBack = from.includes('/locks/') && /messages\/(?:inbox|outbox)\//.test(to);
      await inner.rename(from, comesBack ? to.replace(/\.d\d+/, '') : to);
    },
  });

/** Nobody ever takes back what a process held that has died. */
export const noTakeover: Tampering = (inner) => {
  const claimed = new Set<string>();
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      claimed.add(to.slice(to.lastIndexOf('/') + 1));
      await inner.rename(from, to);
    },
    list: async function* list(path): AsyncGenerator<readonly DirectoryEntry[]> {
      const isOfLeases = /\/locks\/(?:inbox|outbox)\//.test(path);
      for await (const part of inner.list(path)) {
        yield isOfLeases ? part.filter(({ name }) => claimed.has(name)) : part;
      }
    },
  });
};

/** What is no file is taken for one. */
export const linksTakenForFiles: Tampering = (inner) =>
  alteredFileSystem(inner, {
    list: async function* list(path): AsyncGenerator<readonly DirectoryEntry[]> {
      for await (const part of inner.list(path)) {
        yield part.map((entry) => (entry.name.endsWith('.json') ? { ...entry, kind: 'file' } : entry));
      }
    },
  });

/** The answers of a task do not say whom they answer. */
export const answersWithoutCause: Tampering = (inner) =>
  alteredFileSystem(inner, {
    read: async (path, maxBytes) => {
      const bytes = await inner.read(path, maxBytes);
      if (!path.includes('/outbox/')) return bytes;
      const text = new TextDecoder().decode(bytes).replace(/"causation_id": ?"[^"]*"/, '"other": "m"');
      return new TextEncoder().encode(text);
    },
  });
