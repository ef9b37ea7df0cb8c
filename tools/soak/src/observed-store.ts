import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Claimed, Store } from '@tapps-agents/queue';
import { now_us, type RecordLog } from './soak-record.ts';

/** Records what a process's store decides. The store is not changed: it is only listened to. */
export function observeStore(store: Store, root: string, log: RecordLog): void {
  const unobserved = { ...store };
  Object.assign(store, {
    admit: async (...[claimed, identity]: Parameters<Store['admit']>) => {
      const admission = await unobserved.admit(claimed, identity);
      if (admission === 'admitted') {
        // In this order: if the lease is in place, then it also was at `at_us`.
        const at_us = now_us();
        const held = existsSync(join(root, claimed.entry.entryId));
        log.write({ event: 'admitted', id: identity.messageId, entry: claimed.entry.entryId, held }, at_us);
      }
      return admission;
    },
    ack: async (...[claimed, identity, options]: Parameters<Store['ack']>) => {
      await unobserved.ack(claimed, identity, options);
      const how = options.duplicate === true ? 'duplicate' : 'acked';
      log.write({ event: 'settled', id: identity.messageId, entry: claimed.entry.entryId, how });
    },
    release: async (...[claimed, how]: Parameters<Store['release']>) => {
      await unobserved.release(claimed, how);
      log.write({ event: 'settled', id: idOf(claimed), entry: claimed.entry.entryId, how: 'released' });
    },
    quarantine: async (...[claimed, reason]: Parameters<Store['quarantine']>) => {
      const entryId = await unobserved.quarantine(claimed, reason);
      const id = reason.message.message_id ?? idOf(claimed);
      log.write({ event: 'settled', id, entry: claimed.entry.entryId, how: 'quarantined' });
      return entryId;
    },
  });
}

function idOf({ entry }: Claimed): string {
  return entry.messageId ?? entry.entryId;
}
