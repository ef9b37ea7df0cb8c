import { EventEmitter } from 'node:events';
import type { ReasonCode } from '@tapps-agents/contracts';
import type { Box, Counters, Entry, Holder } from './store.ts';

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
  retained: [{ readonly removed: number }];
  /** Something failed in the background and is tried again. Without a listener it becomes a process warning. */
  error: [unknown];
}

/** Typed events; `error` never ends the process. */
export class QueueEvents extends EventEmitter<QueueEventMap> {
  /** Reports a background failure: to the listeners of `error`, else as a warning of the process. */
  report(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
    else process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The part of an event that every message event has. */
export function messageEvent(entry: Entry): MessageEvent {
  const { box, messageId, messageType, entryId, deliveries, failures, releases, run } = entry;
  return { box, messageId, messageType, entryId, deliveries, failures, releases, run };
}
