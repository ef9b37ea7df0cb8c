import type { Core } from '../core.ts';
import type { EntryFilter } from '../store.ts';
import type { Entry } from '../stored-message.ts';

/**
 * The messages that an operator means by an id: those that have it, and only where none has, those whose id begins like it. So
 * `t-1` never takes `t-10` along. Of long ids, whose names are shortened, the whole id matches itself alone.
 */
export async function* entriesMeant(
  core: Core,
  filter: Omit<EntryFilter, 'idPrefix'>,
  id: string | undefined,
): AsyncGenerator<readonly Entry[]> {
  if (id === undefined) {
    yield* core.store.entries(filter);
    return;
  }
  const begun = { ...filter, idPrefix: id };
  const isWhole = await anyHas(core, begun, id);
  for await (const batch of core.store.entries(begun))
    yield isWhole ? batch.filter(({ messageId }) => messageId === id) : batch;
}

async function anyHas(core: Core, filter: EntryFilter, id: string): Promise<boolean> {
  for await (const batch of core.store.entries(filter))
    if (batch.some(({ messageId }) => messageId === id)) return true;
  return false;
}
