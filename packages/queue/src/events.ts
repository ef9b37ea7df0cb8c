import { EventEmitter } from 'node:events';
import type { ReasonCode } from '@tapps-agents/contracts';
import type { Holder } from './store.ts';
import type { Box, Counters, Entry } from './stored-message.ts';
import { textOf } from './text-of.ts';

/** What every event about a message says. */
export interface MessageEvent extends Counters {
  readonly box: Box;
  readonly messageId: string | null;
  readonly messageType: string;
  readonly entryId: string;
}

/** The events of an open queue, each with one argument. */
export interface QueueEventMap {
  sent: [{ readonly box: Box; readonly messageId: string; readonly messageType: string }];
  claimed: [MessageEvent];
  acked: [MessageEvent];
  /** A copy of a message that the ledger has; finished without its handler. */
  duplicate: [MessageEvent];
  retried: [MessageEvent & { readonly delay_ms: number; readonly error: unknown }];
  snoozed: [MessageEvent & { readonly delay_ms: number }];
  /** Handed back because the process shuts down. */
  returned: [MessageEvent];
  quarantined: [
    MessageEvent & { readonly code: ReasonCode; readonly reason: string; readonly entryId: string },
  ];
  /** Taken back from a holder that is gone. */
  recovered: [MessageEvent & { readonly holder: Holder }];
  /** This process no longer holds the message; its handler was told to stop and its result is void. */
  lease_lost: [MessageEvent];
  handler_timeout: [MessageEvent & { readonly timeout_ms: number }];
  /** No handler here takes this type; said once per type and box. */
  unhandled: [{ readonly box: Box; readonly messageType: string }];
  paused: [{ readonly agentId: string }];
  resumed: [{ readonly agentId: string }];
  /** Retention ran; what it could not look at or remove is an `error` of its own, too. */
  retained: [{ readonly removed: number; readonly failed: number }];
  /** Something failed in the background and is tried again. Without a listener it becomes a process warning. */
  error: [unknown];
}

/**
 * Typed events. Neither an `error` that nobody listens for nor a listener that throws ends anything: each becomes a warning
 * of the process, and the other listeners are called all the same. What an async listener rejects with is its own affair.
 */
export class QueueEvents extends EventEmitter<QueueEventMap> {
  /** Reports a background failure: to the listeners of `error`, else as a warning of the process. */
  report(error: unknown): void {
    this.emit('error', error);
  }

  /** Says of a message what needs nothing else said; nothing is made for nobody. */
  tell(name: 'claimed' | 'acked' | 'duplicate' | 'returned' | 'lease_lost', entry: Entry): void {
    if (this.listenerCount(name) > 0) this.emit(name, messageEvent(entry));
  }

  /** Calls the listeners, in order; true if there was any. Never throws. */
  override emit<Name>(
    name: Name | keyof QueueEventMap,
    ...args: Name extends keyof QueueEventMap ? QueueEventMap[Name] : never
  ): boolean {
    if (this.listenerCount(name) === 0) {
      if (name === 'error') warnOf(args[0]);
      return false;
    }
    const listeners: readonly Function[] = this.rawListeners(name);
    for (const listener of listeners) {
      try {
        Reflect.apply(listener, this, args);
      } catch (error) {
        warnOf(listenerFailed(textOf(name), error));
      }
    }
    return true;
  }
}

function listenerFailed(name: string, error: unknown): Error {
  const message = `A listener of the queue's event ${JSON.stringify(name)} threw; the queue goes on. Catch what it throws: ${textOf(error)}`;
  return new Error(message, { cause: error });
}

function warnOf(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(textOf(error)));
}

/** The part of an event that every message event has. */
export function messageEvent(entry: Entry): MessageEvent {
  const { box, messageId, messageType, entryId, deliveries, failures, releases, run } = entry;
  return { box, messageId, messageType, entryId, deliveries, failures, releases, run };
}
