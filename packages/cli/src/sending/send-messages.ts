import type { Message } from '@tapps-agents/contracts';
import type { Queue, SendOptions, SendResult } from '@tapps-agents/queue';
import { filesInPlace } from '../files-in-place.ts';

/** A message as it was given, and where: made, or with what is wrong with it. */
export type Given = Place & ({ readonly message: Message } | { readonly fault: unknown });

/** Where a message stood. */
interface Place {
  readonly where: string;
  readonly line: number | null;
}

/**
 * What became of one: sent; not sent, for a `fault` of its own; or it failed as any other would, on a full disk, say: then it is not
 * sent, or `isInPlace` and it is in its box all the same, only the disk did not confirm that it stays there.
 */
export type SendOutcome = Place &
  (
    | { readonly result: SendResult }
    | { readonly fault: unknown }
    | { readonly failure: unknown; readonly isInPlace: boolean }
  );

/**
 * Sends messages at once, which share their flushes, and says of each what became of it, in their order: neither one bad message nor a
 * box that cannot be written to stops the others.
 */
export async function sendTogether(
  queue: Queue,
  batch: readonly Given[],
  options: SendOptions,
): Promise<readonly SendOutcome[]> {
  return await Promise.all(batch.map((given) => sendOne(queue, given, options)));
}

async function sendOne(queue: Queue, given: Given, options: SendOptions): Promise<SendOutcome> {
  if ('fault' in given) return given;
  const { where, line, message } = given;
  try {
    return { where, line, result: await queue.send(message, options) };
  } catch (error) {
    if (isAboutMessage(error)) return { where, line, fault: error };
    return { where, line, failure: error, isInPlace: filesInPlace(error) > 0 };
  }
}

/** Whether an error is about one message (its content, its recipient), rather than about the queue as a whole. */
export function isAboutMessage(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  // With a message's id, an invalid option is one that does not go with that message: `to` and its own assignee.
  const mismatch =
    error.code === 'ERR_INVALID_OPTION' && 'messageId' in error && error.messageId !== undefined;
  return mismatch || error.name === 'MessageError' || CODES.has(error.code);
}

const CODES: ReadonlySet<unknown> = new Set(['ERR_UNKNOWN_AGENT', 'ERR_INVALID_MESSAGE']);
