import { parseMessage } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { HeldDelivery } from './held-delivery.ts';
import { identityOf } from '../identity.ts';

/**
 * The delivery of this name, taken with `detached`, by this process or any other. It was examined when it was taken, and
 * nobody else has had it since.
 */
export async function attachedDelivery(core: Core, entryId: string): Promise<HeldDelivery> {
  const claimed = await core.store.attach(entryId);
  if ('fault' in claimed.content) {
    const { messageId } = claimed.entry;
    throw new QueueError(
      'ERR_INVALID_MESSAGE',
      `The message of the delivery ${entryId} cannot be read: ${claimed.content.fault.detail}. Mend that and try again; its time runs on meanwhile.`,
      { cause: claimed.content.fault.cause, ...(messageId === null ? {} : { messageId }) },
    );
  }
  const message = parseMessage(claimed.content.bytes, { definitions: core.definitions });
  const delivery = new HeldDelivery(core, { claimed, message, identity: identityOf(message) });
  delivery.attached(null);
  return delivery;
}
