import type { Store } from '@tapps-agents/queue';
import type { History } from './history.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Reports what a process's store decides to the history. The store is not changed: it is only listened to. */
export function observeStore(
  store: Store,
  process: SimulatedProcess,
  history: History,
  flushesDirectories: boolean,
): void {
  const unobserved = { ...store };
  const lostWhenRejected = async <T>(entryId: string, action: Promise<T>): Promise<T> => {
    try {
      return await action;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_LEASE_LOST') history.lost(entryId);
      throw error;
    }
  };
  Object.assign(store, {
    admit: async (...[claimed, identity]: Parameters<Store['admit']>) => {
      const admission = await unobserved.admit(claimed, identity);
      if (admission === 'admitted') history.admitted(process, claimed, identity.messageId);
      return admission;
    },
    ack: async (...[claimed, identity, options]: Parameters<Store['ack']>) => {
      history.ackBegan(process, claimed, identity.messageId, options.duplicate === true);
      await lostWhenRejected(claimed.entry.entryId, unobserved.ack(claimed, identity, options));
      const durable = options.durability === 'full' && flushesDirectories;
      history.acked(process, claimed, identity.messageId, durable, options.duplicate === true);
    },
    detach: async (...[claimed, lease_ms]: Parameters<Store['detach']>) => {
      history.detached.begins(claimed, lease_ms);
      await lostWhenRejected(claimed.entry.entryId, unobserved.detach(claimed, lease_ms));
      history.detached.ends(claimed);
    },
    recover: async (...[box]: Parameters<Store['recover']>) => {
      const recovered = await unobserved.recover(box);
      for (const { holder } of recovered) history.detached.takenBack(process, holder.owner);
      return recovered;
    },
    release: async (...[claimed, how]: Parameters<Store['release']>) => {
      try {
        await lostWhenRejected(claimed.entry.entryId, unobserved.release(claimed, how));
      } catch (error) {
        // A call that failed may have done its work all the same.
        if (how.counts === 'undelivered' && history.hasLeft(claimed)) history.undelivered(process, claimed);
        throw error;
      }
      if (how.counts === 'undelivered') history.undelivered(process, claimed);
      history.settled(process, claimed.entry.entryId, 'release');
    },
    quarantine: async (...[claimed, reason]: Parameters<Store['quarantine']>) => {
      const entryId = await lostWhenRejected(claimed.entry.entryId, unobserved.quarantine(claimed, reason));
      history.settled(process, claimed.entry.entryId, 'quarantine');
      history.dead.add(entryId);
      return entryId;
    },
    reviveMany: async (...[revivals, options]: Parameters<Store['reviveMany']>) => {
      for (const _ of revivals) history.revived();
      return await unobserved.reviveMany(revivals, options);
    },
  });
}
