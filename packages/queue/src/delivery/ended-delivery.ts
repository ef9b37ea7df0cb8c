import { QueueError } from '../errors.ts';
import type { Delivery } from '../queue.ts';

/* What is said to who settles a delivery that has ended, and how that is told from other errors. */

type Ended = Pick<Delivery, 'message' | 'deliveries' | 'box'>;

/** Its time in hand was over. */
export function leaseRanOut({ message: { message_id: messageId }, deliveries, box }: Ended): QueueError {
  return new QueueError(
    'ERR_LEASE_LOST',
    `The lease on message ${messageId} (delivery ${deliveries}) ran out, and the message went back to its box. Settle or renew sooner, or ask for a longer lease.`,
    { messageId, agentId: box.agentId },
  );
}

/** Somebody here was first. */
export function alreadySettled({ message: { message_id: messageId }, deliveries }: Ended): QueueError {
  return new QueueError(
    'ERR_SETTLED',
    `Message ${messageId} (delivery ${deliveries}) was settled already. Settle each delivery once.`,
    { messageId },
  );
}

/** The normal course of things, once for each message: where the error was made is of no interest, and finding out is dear. */
export function deliveryEnded({ message: { message_id: messageId } }: Ended): QueueError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new QueueError('ERR_SETTLED', 'The delivery has ended.', { messageId });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Whether somebody else holds the message now, or nobody: announced already, and nothing to be mended. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof QueueError && error.code === 'ERR_LEASE_LOST';
}
