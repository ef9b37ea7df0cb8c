import { peekEnvelope } from '@tapps-agents/contracts';
import type { Store } from '../store.ts';
import type { Entry } from '../stored-message.ts';

/**
 * These entries, each with its id also where that was too long for the name of its file: then it is read from the message. For the few
 * that a screen shows, not for a listing. What cannot be read, or says another id than its name, is as it was.
 */
export async function withWholeIds(
  store: Pick<Store, 'read' | 'isFiledUnder'>,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  const whole: Entry[] = [];
  for (const entry of entries)
    whole.push(lacksId(entry) ? withIdIn(store, entry, await contentIfAny(store, entry)) : entry);
  return whole;
}

/** An entry with the id that its content says, where the name of its file has that shortened. The content may be anything. */
export function withIdIn(
  store: Pick<Store, 'isFiledUnder'>,
  entry: Entry,
  content: Uint8Array | undefined,
): Entry {
  if (content === undefined || !lacksId(entry)) return entry;
  const { message_id: messageId } = peekEnvelope(content);
  return messageId !== null && store.isFiledUnder(entry, messageId) ? { ...entry, messageId } : entry;
}

/** An outside writer's own file name has no id at all, and by one that only its content says nobody would find it. */
function lacksId({ messageId, messageType, state }: Entry): boolean {
  return messageId === null && (messageType !== '' || state === 'processed');
}

async function contentIfAny(store: Pick<Store, 'read'>, entry: Entry): Promise<Uint8Array | undefined> {
  try {
    return await store.read(entry);
  } catch {
    return undefined; // It is shown without; that it cannot be read is told where it is looked at by itself.
  }
}
