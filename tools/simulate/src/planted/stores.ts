import type { BoxKind, Claimed, Outgoing, Store } from '@tapps-agents/queue';
import type { StoreTampering } from '../world.ts';

/* Mistakes in what a queue asks of its store, and in which order. */

/** Whatever is claimed may be handled: nobody looks for other leases, or into the ledger. */
export const noAdmission: StoreTampering = (store) => {
  Object.assign(store, { admit: () => Promise.resolve('admitted') });
};

/** A message is finished first; what its handler sends to boxes of this kind goes out afterwards. */
export function acknowledgedBeforeOutputs(kind: BoxKind): StoreTampering {
  return (store, process, world) => {
    const inner = { ...store };
    const waiting: (readonly [readonly Outgoing[], Parameters<Store['publish']>[1]])[] = [];
    Object.assign(store, {
      publish: async (...[messages, options]: Parameters<Store['publish']>) => {
        const late = messages.filter((message) => isOutput(message, kind));
        if (late.length === 0) return await inner.publish(messages, options);
        waiting.push([late, options]);
        const others = messages.filter((message) => !isOutput(message, kind));
        if (others.length > 0) await inner.publish(others, options);
        return messages.map(() => ({ entryId: '', durability: options.durability }));
      },
      ack: async (...how: Parameters<Store['ack']>) => {
        await inner.ack(...how);
        if (waiting.length > 0) await world.sleep(process, 1_000);
        for (const [messages, options] of waiting.splice(0)) await inner.publish(messages, options);
      },
    });
  };
}

/** The ids of what handlers send follow from others, and are long. */
function isOutput({ box, identity }: Outgoing, kind: BoxKind): boolean {
  return box.kind === kind && identity.messageId.length > 30;
}

/** A delivery that outlives its process is given a tenth of its time. */
export const timeCutShort: StoreTampering = (store) => {
  const inner = { ...store };
  Object.assign(store, {
    detach: (...[claimed, lease_ms]: Parameters<Store['detach']>) => inner.detach(claimed, lease_ms / 10),
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
