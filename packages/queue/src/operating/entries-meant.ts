import type { Core } from '../core.ts';
import type { EntryFilter } from '../store.ts';
import type { Entry } from '../stored-message.ts';

/**
 * The messages that an operator means by an id: those that have it, else the one whose entry id it is, as of a message that says
 * none, and only where there is neither, those whose id begins like it. So `t-1` never takes `t-10` along. Of long ids, whose
 * names are shortened, the whole id matches itself alone.
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
  const isWhole = await anyIs(core, begun, ({ messageId }) => messageId === id);
  // Message ids may have slashes too; only where none is this one is it worth a look at every name.
  const isEntry = ({ entryId }: Entry): boolean => entryId === id;
  if (!isWhole && id.includes('/') && (await anyIs(core, filter, isEntry))) {
    for await (const batch of core.store.entries(filter)) yield batch.filter(isEntry);
    return;
  }
  for await (const batch of core.store.entries(begun))
    yield isWhole ? batch.filter(({ messageId }) => messageId === id) : batch;
}

async function anyIs(core: Core, filter: EntryFilter, isMeant: (entry: Entry) => boolean): Promise<boolean> {
  for await (const batch of core.store.entries(filter)) if (batch.some(isMeant)) return true;
  return false;
}
