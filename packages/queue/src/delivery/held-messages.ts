import type { Message } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { deriveMessageId } from '../sending/derive-id.ts';
import { QueueError } from '../errors.ts';
import type { Accepted } from './examination.ts';
import { MAX_HELD_MESSAGES } from '../limits.ts';
import type { SendOptions } from '../queue.ts';
import { checkRecipients, prepare } from '../sending/sending.ts';
import type { Outgoing } from '../stored-message.ts';

type HoldOptions = Pick<SendOptions, 'to' | 'delay' | 'ttl' | 'register'>;

/**
 * What a handler sends, held back until its message is acknowledged. Ids follow from the input's id, its recipient and the
 * order of the calls, so a handler that runs again sends the same ids, and the receivers' ledgers drop what they had.
 */
export class HeldMessages {
  readonly #core: Core;
  readonly #accepted: Accepted;
  readonly #messages: Outgoing[] = [];
  readonly #toRegister: Outgoing[] = [];
  #isSealed = false;

  constructor(core: Core, accepted: Accepted) {
    this.#core = core;
    this.#accepted = accepted;
  }

  get messages(): readonly Outgoing[] {
    return this.#messages;
  }

  /** The handler has ended: from now on `hold` throws, as nobody would ever publish what it takes. */
  seal(): void {
    this.#isSealed = true;
  }

  /** Validates at once, so that a mistake shows where it is made; returns the message's id. */
  hold(message: Message, options: HoldOptions = {}): string {
    if (this.#isSealed) {
      const { message_id: messageId } = this.#accepted.message;
      throw new QueueError(
        'ERR_SETTLED',
        `The handler of message ${messageId} has ended, so nothing can be sent with its acknowledgement any more. Await everything that sends before the handler returns.`,
        { messageId },
      );
    }
    if (this.#messages.length >= MAX_HELD_MESSAGES) {
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `A handler can hold back at most ${MAX_HELD_MESSAGES} messages. Split the work over several tasks.`,
        {
          messageId: this.#accepted.message.message_id,
        },
      );
    }
    const messageId = this.derive(String(this.#messages.length));
    this.add({ ...message, message_id: messageId }, options);
    return messageId;
  }

  /** Holds back a message that has its final id. */
  add(message: Message, options: HoldOptions = {}): void {
    const outgoing = prepare(this.#core, withCause(message, this.#accepted.message), options);
    this.#messages.push(outgoing);
    if (options.register === true) this.#toRegister.push(outgoing);
  }

  /** Rejects where a recipient is unknown, and was not to be registered. */
  async checkRecipients(): Promise<void> {
    await checkRecipients(this.#core, this.#toRegister, true);
    await checkRecipients(this.#core, this.#messages, false);
  }

  /** An id that follows from the message in hand. */
  derive(what: string): string {
    const { claimed, message } = this.#accepted;
    return deriveMessageId(claimed.entry.box.agentId, message.message_id, String(claimed.entry.run), what);
  }
}

/** The message with the id of the one that it follows from, unless it names another cause. */
function withCause(message: Message, cause: Message): Message {
  if ('causation_id' in message.metadata) return message;
  return { ...message, metadata: { ...message.metadata, causation_id: cause.message_id } };
}
