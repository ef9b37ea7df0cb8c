import type { Claimed, Outgoing, Store } from '@tapps-agents/queue';
import type { StoreTampering } from '../world.ts';

/* Mistakes in what a queue asks of its store, and in which order. */

/** Whatever is claimed may be handled: nobody looks for other leases, or into the ledger. */
export const noAdmission: StoreTampering = (store) => {
  Object.assign(store, { admit: () => Promise.resolve('admitted') });
};

/** A message is finished first; what its handler sends goes out afterwards. */
export const acknowledgedBeforeOutputs: StoreTampering = (store, process, world) => {
  const inner = { ...store };
  const waiting: (readonly [readonly Outgoing[], Parameters<Store['publish']>[1]])[] = [];
  Object.assign(store, {
    publish: (...[messages, options]: Parameters<Store['publish']>) => {
      // The ids of what handlers send follow from others, and are long.
      if (!messages.every(({ identity }) => identity.messageId.length > 30))
        return inner.publish(messages, options);
      waiting.push([messages, options]);
      return Promise.resolve(messages.map(() => ({ entryId: '', durability: options.durability })));
    },
    ack: async (...how: Parameters<Store['ack']>) => {
      await inner.ack(...how);
      if (waiting.length > 0) await world.sleep(process, 1_000);
      for (const [messages, options] of waiting.splice(0)) await inner.publish(messages, options);
    },
  });
};

/** A lease is handed out a second time, and its second acknowledgement succeeds too. */
export const leaseHandedOutTwice: StoreTampering = (store) => {
  const inner = { ...store };
  Object.assign(store, {
    openBox: (...how: Parameters<Store['openBox']>) => {
      const reader = inner.openBox(...how);
      const claim = reader.claim.bind(reader);
      let last: { readonly kind: 'claimed'; readonly claimed: Claimed } | null = null;
      return Object.assign(reader, {
        claim: async () => {
          const again = last;
          last = null;
          const result = again ?? (await claim());
          if (again === null && result.kind === 'claimed') last = result;
          return result;
        },
      });
    },
    ack: async (...how: Parameters<Store['ack']>) => {
      await inner.ack(...how).catch(() => undefined);
    },
  });
};

/** What was done once is not remembered. */
export const stepsForgotten: StoreTampering = (store) => {
  const inner = { ...store };
  Object.assign(store, {
    journal: (...how: Parameters<Store['journal']>) =>
      Object.assign(inner.journal(...how), { result: () => Promise.resolve(undefined) }),
  });
};
