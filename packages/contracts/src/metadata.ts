import type { Message } from './envelope.ts';

/**
 * The keys of `metadata` that have a meaning here; all others are free.
 *
 * - `causation_id`: the message_id of the message that this one answers or was made from.
 * - `traceparent`, `tracestate`: W3C trace context, passed on as it came.
 */
export interface MetadataConventions {
  causation_id?: string;
  traceparent?: string;
  tracestate?: string;
}

// https://www.w3.org/TR/trace-context/#traceparent-header-field-values
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/**
 * The metadata that a message sent while handling `message` should carry: its id as the cause, and its trace context.
 *
 * A malformed `traceparent` is left out, and `tracestate` with it, as W3C trace context asks.
 */
export function metadataCausedBy(message: Pick<Message, 'message_id' | 'metadata'>): MetadataConventions {
  const { traceparent, tracestate } = message.metadata;
  return {
    causation_id: message.message_id,
    ...(typeof traceparent === 'string' &&
      TRACEPARENT.test(traceparent) && {
        traceparent,
        ...(typeof tracestate === 'string' && { tracestate }),
      }),
  };
}
