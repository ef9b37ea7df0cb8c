import { newMessageId, parseMessage, SCHEMA_VERSION } from '@tapps-agents/contracts';
import type { Message } from '@tapps-agents/contracts';
import type { Overlay } from './draft-options.ts';

/**
 * A message from what a person or a script wrote. What the library's builders fill in is filled in here too, where it
 * is missing: `schema_version`, `message_id`, `created_at`. Whose message it is and what for must be given. What the
 * `overlay` says stands instead of what is there.
 *
 * @throws MessageError with every fault
 */
export function messageFromDraft(bytes: Uint8Array, now_ms: number, overlay?: Overlay): Message {
  const draft = jsonObject(bytes);
  if (draft === undefined) return parseMessage(bytes);
  return parseMessage({
    schema_version: SCHEMA_VERSION,
    message_id: newMessageId(now_ms),
    created_at: new Date(now_ms).toISOString(),
    ...(overlay === undefined ? draft : overlay({ ...draft })),
  });
}

/** The object in these bytes; undefined where there is none, which parsing the bytes then explains. */
function jsonObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
