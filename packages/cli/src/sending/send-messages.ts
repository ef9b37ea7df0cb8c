import type { Message } from '@tapps-agents/contracts';
import type { Queue, SendOptions, SendResult } from '@tapps-agents/queue';

/** A message on its way, and where it came from. */
export interface Outgoing {
  readonly where: string;
  readonly line: number | null;
  readonly message: Message;
}

/** What became of one message: sent, or the error that is about this message alone. */
export type SendOutcome =
  | { readonly outgoing: Outgoing; readonly result: SendResult }
  | { readonly outgoing: Outgoing; readonly error: unknown };

/**
 * Sends messages together, which is several times cheaper; where that is refused, one by one, so that one bad message does
 * not stop the others. Rejects with errors that are not about a message: a full disk, a missing directory.
 */
export async function sendTogether(
  queue: Queue,
  batch: readonly Outgoing[],
  options: SendOptions,
): Promise<readonly SendOutcome[]> {
  if (batch.length > 1) {
    try {
      const results = await queue.sendMany(
        batch.map(({ message }) => message),
        options,
      );
      return batch.map((outgoing, index) => outcome(outgoing, results[index]));
    } catch (error) {
      // Sending a message again is harmless: it keeps its id, and its receiver handles an id once.
      if (!isAboutMessage(error)) throw error;
    }
  }
  const outcomes: SendOutcome[] = [];
  for (const outgoing of batch) {
    try {
      outcomes.push({ outgoing, result: await queue.send(outgoing.message, options) });
    } catch (error) {
      if (!isAboutMessage(error)) throw error;
      outcomes.push({ outgoing, error });
    }
  }
  return outcomes;
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

function outcome(outgoing: Outgoing, result: SendResult | undefined): SendOutcome {
  return result === undefined
    ? { outgoing, error: new Error('The queue gave no result for it.') }
    : { outgoing, result };
}
