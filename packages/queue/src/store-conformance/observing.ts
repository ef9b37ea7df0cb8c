import { fail, ok, rejects } from 'node:assert/strict';
import { QueueError } from '../errors.ts';
import type { BoxReader, Claimed } from '../claim.ts';
import type { EntryFilter, Revival, Store } from '../store.ts';
import type { Box, Entry, MessageState } from '../stored-message.ts';

const STATES: readonly MessageState[] = ['ready', 'leased', 'dead', 'processed'];

/** Everything that a filter lets through, sorted by entry id; no entry may be reported twice. */
export async function entriesOf(store: Store, filter: EntryFilter): Promise<Entry[]> {
  const found = new Map<string, Entry>();
  for await (const batch of store.entries(filter)) {
    for (const entry of batch) {
      ok(!found.has(entry.entryId), `${entry.entryId} is listed twice`);
      found.set(entry.entryId, entry);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
}

/** The one entry that a filter lets through. */
export async function onlyEntry(store: Store, filter: EntryFilter): Promise<Entry> {
  const [entry, ...others] = await entriesOf(store, filter);
  if (entry === undefined || others.length > 0) {
    fail(
      `One ${filter.state} message was expected, ${others.length + (entry === undefined ? 0 : 1)} are there.`,
    );
  }
  return entry;
}

/** All that can be seen of a store: to be compared before and after what must change nothing. */
export async function everything(store: Store): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const state of STATES) {
    for (const entry of await entriesOf(store, { state })) {
      const bytes = await store.read(entry);
      const reason = state === 'dead' ? await store.reason(entry) : undefined;
      all.push({ entry, text: bytes === undefined ? undefined : [...bytes], reason });
    }
  }
  return all;
}

/** Claims one message; fails when there is none. */
export async function claimFrom(reader: BoxReader): Promise<Claimed> {
  const result = await reader.claim();
  if (result.kind === 'claimed') return result.claimed;
  fail(`The ${reader.box.kind} of ${reader.box.agentId} has nothing to claim.`);
}

/** Claims one message of a box through a new reader. */
export async function claimOne(store: Store, box: Box): Promise<Claimed> {
  return await claimFrom(store.openBox(box));
}

/** Claims until nothing is ready. */
export async function claimAll(reader: BoxReader): Promise<Claimed[]> {
  const claimed: Claimed[] = [];
  for (let result = await reader.claim(); result.kind === 'claimed'; result = await reader.claim()) {
    claimed.push(result.claimed);
  }
  return claimed;
}

/** The ids of messages, in their order; the empty text for one that is too long for its header. */
export function idsOf(messages: readonly (Entry | { readonly entry: Entry })[]): string[] {
  return messages.map((one) => ('entry' in one ? one.entry : one).messageId ?? '');
}

/** The content of a claimed message; fails when it has a fault instead. */
export function bytesOf({ content }: Claimed): Uint8Array {
  if ('bytes' in content) return content.bytes;
  fail(`The content could not be had: ${content.fault.detail}`);
}

/** Passes when a verb was refused because the lease is no longer held. */
export async function refusedAsLost(verb: Promise<unknown>): Promise<void> {
  await rejects(verb, (error) => error instanceof QueueError && error.code === 'ERR_LEASE_LOST');
}

/** Puts one dead message back; false when somebody else was first. */
export async function revive(
  store: Store,
  entry: Entry,
  { resetCounters, ...rest }: Omit<Revival, 'entry'> & { readonly resetCounters: boolean },
): Promise<boolean> {
  const [result] = await store.reviveMany([{ entry, ...rest }], { resetCounters });
  if (result?.status === 'fulfilled') return result.value;
  fail(`It could not be brought back: ${String(result?.reason)}`);
}
