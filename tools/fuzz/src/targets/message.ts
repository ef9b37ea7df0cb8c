import { MessageError, peekEnvelope, tryParseMessage, type Message } from '@tapps-agents/contracts';
import { formatReady, newName, parseReady } from '../../../../packages/queue/src/file-store/names.ts';
import { nameParts } from '../../../../packages/queue/src/file-store/publishing.ts';
import { identityOf } from '../../../../packages/queue/src/identity.ts';
import { mustBePlain } from '../rules/prototypes.ts';
import { drawnJson, drawnMessages } from '../structured.ts';
import { Violation, type Target } from '../target.ts';

const IDS = ['message_id', 'message_type', 'workflow_id', 'task_id', 'agent_id'] as const;

/** What reads a message; handed in, so that the check of the check can hand in one that is broken. */
export type ReadMessage = typeof tryParseMessage;

/** The content of messages: read as bytes, as text and as a value that is already parsed. */
export function messageTarget(read: ReadMessage = tryParseMessage): Target {
  return {
    name: 'message',
    about: 'parseMessage and peekEnvelope',
    kind: 'memory',
    share: 4,
    material: (seed) => ({ seeds: [...drawnMessages(seed), ...drawnJson(seed).slice(0, 6)] }),
    run(input) {
      examine(read, input);
      const text = new TextDecoder().decode(input);
      examine(read, text);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return;
      }
      examine(read, value);
    },
  };
}

function examine(read: ReadMessage, input: unknown): void {
  const peeked = peekEnvelope(input);
  for (const field of IDS) {
    const id = peeked[field];
    if (id !== null && !isId(id))
      throw new Violation('no id', `${field} was peeked as ${JSON.stringify(id)}`);
  }
  const result = read(input);
  if (result.ok) examineMessage(read, result.message);
  else examineError(result.error);
}

function examineMessage(read: ReadMessage, message: Message): void {
  mustBePlain(message, 'a message that was read');
  const text = JSON.stringify(message);
  const again = read(text);
  if (!again.ok) throw new Violation('not idempotent', `what was read is refused: ${again.error.message}`);
  if (JSON.stringify(again.message) !== text) throw new Violation('not idempotent', 'read twice, it differs');
  for (const field of IDS)
    if (!isId(message[field])) throw new Violation('no id', `${field} is ${JSON.stringify(message[field])}`);
  const name = newName({ ...nameParts(identityOf(message)), nonce: 'a1b2c3' });
  const formatted = formatReady(name);
  const parsed = parseReady(formatted);
  if (parsed === null || formatReady(parsed) !== formatted)
    throw new Violation('no name', `${formatted} is not understood again`);
}

function examineError(error: unknown): void {
  if (!(error instanceof MessageError)) throw error;
  if (error.code === 'ERR_INVALID_DEFINITION') throw new Violation('wrong code', error.message);
  if (error.faults.length > 100) throw new Violation('without bounds', `${error.faults.length} faults`);
  if (error.message.length > 8_000)
    throw new Violation('without bounds', `${error.message.length} characters`);
}

function isId(id: unknown): boolean {
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= 1_024 &&
    !/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(id)
  );
}
