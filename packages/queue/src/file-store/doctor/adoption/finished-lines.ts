import { isAgentId } from '../../../agent-id.ts';

/** A line that says which message was finished. */
export interface FinishedLine {
  readonly messageId: string;
  /** Null where the line does not say. */
  readonly task: { readonly workflowId: string; readonly taskId: string } | null;
  /** Null where the line does not say. */
  readonly messageType: string | null;
  readonly agentId: string | null;
  /** The line, where it is a JSON object. */
  readonly record: object | null;
}

/** A line of more bytes is no record of one message. */
const MAX_LINE_BYTES = 65_536;
const LINE_FEED = 0x0a;

/** A line and its number, from 1; null where it does not say which message was finished. */
export interface NumberedLine {
  readonly number: number;
  readonly finished: FinishedLine | null;
}

/**
 * The lines of a record of finished messages, one message a line: its bare id, the id as a JSON string, or a JSON object with
 * `message_id`. Empty lines are skipped. A last line without its line feed counts only if it is whole all the same, as JSON is.
 */
export function* finishedLines(bytes: Uint8Array): Generator<NumberedLine> {
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    number += 1;
    start = end < 0 ? bytes.length : end + 1;
    if (line.length > MAX_LINE_BYTES) yield { number, finished: null };
    else {
      const text = new TextDecoder().decode(line).trim();
      if (text !== '') yield { number, finished: finishedLine(text, end >= 0) };
    }
  }
}

function finishedLine(text: string, isWhole: boolean): FinishedLine | null {
  if (/^[[{"]/.test(text)) return fromJson(text);
  return isWhole && isAgentId(text) ? only(text) : null;
}

function fromJson(text: string): FinishedLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // Cut off, or something else.
  }
  if (typeof value === 'string') return isAgentId(value) ? only(value) : null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const messageId = idIn(value, 'message_id');
  if (messageId === null) return null;
  const [workflowId, taskId] = [idIn(value, 'workflow_id'), idIn(value, 'task_id')];
  return {
    messageId,
    task: workflowId === null || taskId === null ? null : { workflowId, taskId },
    messageType: idIn(value, 'message_type'),
    agentId: idIn(value, 'agent_id'),
    record: value,
  };
}

function only(messageId: string): FinishedLine {
  return { messageId, task: null, messageType: null, agentId: null, record: null };
}

/** The contract has one rule for all ids. */
function idIn(value: object, field: string): string | null {
  const found: unknown = Object.hasOwn(value, field) ? Reflect.get(value, field) : null;
  return isAgentId(found) ? found : null;
}
