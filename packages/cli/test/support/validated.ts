import { expect } from 'vitest';
import { runCli } from './run-cli.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A valid message. */
export const VALID = {
  schema_version: '1.0',
  message_type: 'task_assignment',
  message_id: 'm-1',
  workflow_id: 'w',
  task_id: 't',
  agent_id: 'boss',
  created_at: '2026-01-09T00:00:00Z',
};

/** A fault, as `--json` has it. */
interface FaultDocument {
  readonly code: string;
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
}

/** The faults of one text, as `--json` has them: `LINE:COLUMN POINTER CODE`. */
export async function faultsOf(
  text: string | Uint8Array,
  ...options: readonly string[]
): Promise<readonly string[]> {
  const { json, exitCode } = await runCli(['validate', '-', '--json', ...options], {
    cwd: temporaryDirectory(),
    stdin: text,
  });
  const faults = json().flatMap(({ faults: found }) => placesOf(found));
  expect(exitCode).toBe(faults.length === 0 ? 0 : 1);
  return faults;
}

/** Of a list of faults: `LINE:COLUMN POINTER CODE`. */
export function placesOf(list: unknown): readonly string[] {
  return (list as readonly FaultDocument[]).map(
    ({ line, column, pointer, code }) => `${line}:${column} ${pointer} ${code}`,
  );
}

/** The valid message with other fields, as text. */
export function pretty(fields: object): string {
  return JSON.stringify({ ...VALID, ...fields }, null, 2);
}
