import { parseMessage, statusUpdate, taskAssignment, taskComplete, tryParseMessage } from '../src/index.ts';
import { MessageError } from '../src/index.ts';
import type { Fault, MessageErrorCode } from '../src/index.ts';

/** The ids that every sample has. */
export const ids = { workflow_id: 'wf-1', task_id: 't-1', agent_id: 'agent-a' } as const;

/** A valid task assignment as plain data, with fields replaced (also by invalid ones). */
export function assignment(fields: object = {}): Record<string, unknown> {
  return { ...taskAssignment(ids), ...fields };
}

/** A valid status update as plain data, with fields replaced. */
export function update(fields: object = {}): Record<string, unknown> {
  return { ...statusUpdate({ ...ids, status: 'queued' }), ...fields };
}

/** A valid completion as plain data, with fields replaced. */
export function completion(fields: object = {}): Record<string, unknown> {
  return { ...taskComplete({ ...ids, status: 'completed' }), ...fields };
}

/** The same record without one field. */
export function without(record: Record<string, unknown>, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
}

/** The error that reading this input ends in; fails where it is accepted. Checks that both ways of reading agree. */
export function refusal(input: unknown, options: Parameters<typeof parseMessage>[1] = {}): MessageError {
  const result = tryParseMessage(input, options);
  const error = thrownBy(() => parseMessage(input, options));
  if (result.ok) throw new Error('tryParseMessage accepts what parseMessage refuses');
  if (result.error.code !== error.code) throw new Error(`${result.error.code} is not ${error.code}`);
  return error;
}

/** The MessageError that this throws; fails where it throws nothing or anything else. */
export function thrownBy(act: () => unknown): MessageError {
  try {
    act();
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The code of the refusal. */
export function refusalCode(input: unknown): MessageErrorCode {
  return refusal(input).code;
}

/** The faults of the refusal as short lines: `/pointer: expected <- found`. */
export function faultLines(faults: readonly Fault[]): string[] {
  return faults.map(({ pointer, expected, found }) => `${pointer}: ${expected} <- ${found}`);
}
