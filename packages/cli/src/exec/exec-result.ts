import { MAX_MESSAGE_BYTES, MessageError, taskComplete } from '@tapps-agents/contracts';
import type { TaskResult } from '@tapps-agents/queue';
import { beginningOf } from '../cut-text.ts';
import type { ByteHead } from './byte-head.ts';

const RESULT_FIELDS: ReadonlySet<string> = new Set([
  'output_files',
  'artifacts',
  'errors',
  'warnings',
  'metrics',
  'output',
]);

/** Room left in a message for everything that is not the result. */
const ENVELOPE_BYTES = 65_536;

const MOST_RESULT_BYTES = MAX_MESSAGE_BYTES - ENVELOPE_BYTES;

/**
 * The task's result from what its command wrote to standard output: the JSON object of result fields that it is, else
 * its text as `output.stdout`; nothing where it wrote nothing. The command has succeeded, so nothing here fails: a result
 * that is not quite one is kept as text, and one that no message can hold is cut, each with a warning in the result.
 */
export function resultFrom(stdout: ByteHead): TaskResult {
  const text = stdout.text();
  if (text.trim() === '') return {};
  const { candidate, fault } = judged(stdout);
  if (candidate !== undefined && fault === undefined) return candidate;

  const kept = cutToFit(text);
  const warnings: string[] = [];
  if (fault !== undefined)
    warnings.push(
      `The command's standard output looks like a result but is none, and is kept as text: ${fault}`,
    );
  if (stdout.isCut || kept.length < text.length) {
    const kept_bytes = Buffer.byteLength(kept);
    warnings.push(
      `Only the first ${kept_bytes} of ${stdout.total_bytes} bytes of the command's standard output are kept. ` +
        'Write large results to files and name them in output_files.',
    );
  }
  return { output: { stdout: kept }, ...(warnings.length > 0 && { warnings }) };
}

/** What is wrong with an object that has nothing but a result's fields, and is none all the same; undefined for all else. */
export function faultInResult(text: ByteHead): string | undefined {
  return judged(text).fault;
}

function judged(text: ByteHead): {
  readonly candidate: Record<string, unknown> | undefined;
  readonly fault: string | undefined;
} {
  const candidate = text.isCut ? undefined : resultObject(text.text());
  return { candidate, fault: candidate === undefined ? undefined : faultOf(candidate) };
}

/** An object in which every field is a result's; what those hold is not checked yet. */
function resultObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const fields = Object.entries(value);
    return fields.length > 0 && fields.every(([name]) => RESULT_FIELDS.has(name))
      ? Object.fromEntries(fields)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Why no `task_complete` could carry these results; undefined when one can. */
function faultOf(results: Record<string, unknown>): string | undefined {
  const bytes = jsonBytes(results);
  if (bytes > MOST_RESULT_BYTES)
    return `it takes ${bytes} bytes, and a message has room for ${MOST_RESULT_BYTES}`;
  try {
    taskComplete({ workflow_id: 'check', task_id: 'check', agent_id: 'check', status: 'completed', results });
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error.message;
    throw error;
  }
}

/** The beginning of a text that takes no more room in JSON than a result has. */
function cutToFit(text: string): string {
  let kept = text;
  for (let bytes = jsonBytes(kept); bytes > MOST_RESULT_BYTES; bytes = jsonBytes(kept)) {
    kept = beginningOf(kept, Math.floor(kept.length * (MOST_RESULT_BYTES / bytes) * 0.99));
  }
  return kept;
}

/** Bytes of a value as a message stores it: indented, so short entries of long lists weigh more than their text. */
function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify({ results: { output: value } }, null, 2));
}
