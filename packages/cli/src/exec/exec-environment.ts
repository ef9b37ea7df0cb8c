import { createHash } from 'node:crypto';
import type { HandlerContext } from '@tapps-agents/queue';
import type { Message } from '@tapps-agents/contracts';
import { ROOT_VARIABLE } from '../root.ts';

/** Longer than ids get; Linux takes 131,072 bytes in a variable, Windows 32,767 characters in all of them. */
const MOST_KEY_CHARACTERS = 1_024;

/**
 * What a command finds in its environment. Values are data: ids have no control characters by contract, and the key, which may be
 * any text, gets none here. Names are ours alone.
 */
export function environmentFor(
  message: Message,
  context: Pick<HandlerContext, 'deliveries' | 'idempotencyKey'>,
  root: string,
): Record<string, string> {
  return {
    [ROOT_VARIABLE]: root,
    TAPPS_MQ_MESSAGE_ID: message.message_id,
    TAPPS_MQ_TASK_ID: message.task_id,
    TAPPS_MQ_WORKFLOW_ID: message.workflow_id,
    TAPPS_MQ_DELIVERY: String(context.deliveries),
    TAPPS_MQ_IDEMPOTENCY_KEY: environmentKey(context.idempotencyKey),
  };
}

/**
 * An idempotency key as the value of a variable: itself, if it is one line of at most 1,024 characters, else `sha256-` and the hash
 * of its UTF-16 code units in hexadecimal. Equal keys give equal values, other keys others: what looks like such a hash is hashed.
 */
export function environmentKey(key: string): string {
  const isPlain =
    key !== '' &&
    key.length <= MOST_KEY_CHARACTERS &&
    !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}|^sha256-/u.test(key);
  return isPlain ? key : `sha256-${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')}`;
}
