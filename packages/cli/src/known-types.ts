import type { Box, Queue, ReplayFilter } from '@tapps-agents/queue';
import { nearest } from './suggest.ts';

/** So many types are named: there are a few, unless somebody makes them up. */
const MOST_NAMED = 10;

/**
 * What to say about a type that no message in this state has: which there are. Undefined where no type was asked for, or some message
 * has it, so that it is another condition that none meets. Their names alone are read.
 */
export async function hintForType(
  queue: Queue,
  { messageType, agentId }: Pick<ReplayFilter, 'messageType' | 'agentId'>,
  state: 'ready' | 'dead',
  kind?: Box['kind'],
): Promise<string | undefined> {
  if (messageType === undefined) return undefined;
  const types = new Set<string>();
  for await (const batch of queue.store.entries({ state })) {
    for (const entry of batch) {
      const { box } = entry;
      if ((agentId ?? box.agentId) !== box.agentId || (kind ?? box.kind) !== box.kind) continue;
      if (entry.messageType === messageType) return undefined;
      if (types.size <= MOST_NAMED && entry.messageType !== '') types.add(entry.messageType);
    }
  }
  if (types.size === 0) return undefined;
  const named = [...types].toSorted().slice(0, MOST_NAMED);
  const similar = nearest(messageType, named);
  return (
    `None is of the type ${messageType}; there are: ${named.join(', ')}${types.size > MOST_NAMED ? ' and others' : ''}.` +
    (similar === undefined ? '' : ` Did you mean ${similar}?`)
  );
}
