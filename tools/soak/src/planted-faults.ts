import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import type { Outgoing, Store } from '@tapps-agents/queue';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/*
 * Mistakes that a queue on files could have, each planted between the queue and the disk, or between the queue and its store.
 * A soak that never failed shows nothing; so each of these must be noticed.
 */

/** The names by which the command line plants a fault. */
export const PLANTS = [
  'no-fencing',
  'no-ledger',
  'claim-by-copy',
  'drop',
  'forge',
  'new-keys',
  'no-takeover',
  'litter',
] as const;

export type Plant = (typeof PLANTS)[number];

/** The file system as a process with this fault sees it. */
export function plantedFileSystem(plant: Plant | null): FileSystem {
  const inner = nodeFileSystem();
  if (plant === 'claim-by-copy') return claimByCopy(inner);
  if (plant === 'no-fencing') return noFencing(inner);
  if (plant === 'litter') return alteredFileSystem(inner, { remove: (path) => keepTemporary(inner, path) });
  return inner;
}

/** Puts a fault into a store, before it is observed. */
export function plantInStore(store: Store, plant: Plant | null): void {
  const honest = { ...store };
  if (plant === 'no-ledger') {
    store.admit = async (claimed, identity) => {
      const admission = await honest.admit(claimed, identity);
      return admission === 'duplicate' ? 'admitted' : admission;
    };
  }
  if (plant === 'no-takeover') {
    store.recover = async (box) => (box.agentId.startsWith('agent') ? [] : await honest.recover(box));
  }
  let count = 0;
  const isTenth = (): boolean => (count += 1) % 10 === 0;
  if (plant === 'drop') {
    store.publish = async (messages, options) => {
      if (!isTenth()) return await honest.publish(messages, options);
      return messages.map(() => ({ entryId: 'nowhere', durability: options.durability }));
    };
  }
  if (plant === 'forge') {
    store.publish = async (messages, options) => {
      const receipts = await honest.publish(messages, options);
      if (isTenth()) await honest.publish(messages.slice(0, 1).map(forged), options);
      return receipts;
    };
  }
}

/** A message that nobody sent. */
function forged({ identity, bytes, ...rest }: Outgoing): Outgoing {
  const messageId = randomUUID();
  const text = new TextDecoder().decode(bytes).replaceAll(identity.messageId, messageId);
  return { ...rest, identity: { ...identity, messageId }, bytes: new TextEncoder().encode(text) };
}

/** A message is claimed by making a copy of it, and removing the original afterwards. */
function claimByCopy(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (!/[/](?:inbox|outbox)[/]/.test(from) || !to.includes('/locks/')) {
        await inner.rename(from, to);
        return;
      }
      const bytes = await inner.read(from, Number.MAX_SAFE_INTEGER);
      await inner.status(dirname(to));
      const file = await inner.create(to, 0o600);
      for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
      await file.close();
      await inner.remove(from);
    },
  });
}

/** Nobody notices that its session has ended, or that its message is gone: a late holder's acknowledgement succeeds. */
function noFencing(inner: FileSystem): FileSystem {
  const own = new Set<string>();
  return alteredFileSystem(inner, {
    create: (path, mode) => {
      if (path.includes('/locks/owners/')) own.add(path);
      return inner.create(path, mode);
    },
    rename: async (from, to) => {
      if (/[/]locks[/](?:inbox|outbox)[/]/.test(to)) own.add(to);
      const finishes = from.includes('/locks/') && to.includes('/processed/');
      if (finishes && (await isMissing(inner, from)) && !(await isMissing(inner, dirname(to)))) return;
      await inner.rename(from, to);
    },
    touch: async (path, modified_ms) => {
      if (!(await isMissing(inner, path))) await inner.touch(path, modified_ms);
    },
    status: async (path) => {
      if (!own.has(path) || !(await isMissing(inner, path))) return await inner.status(path);
      return { kind: 'file', size: 1, modified_ms: Math.random(), mode: 0o600 };
    },
  });
}

/** What is temporary is never removed, also not when it is old. */
async function keepTemporary(inner: FileSystem, path: string): Promise<void> {
  if (!path.includes('/tmp/')) await inner.remove(path);
}

async function isMissing(fileSystem: FileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return false;
  } catch {
    return true;
  }
}
