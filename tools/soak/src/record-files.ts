import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecords, type SoakRecord } from './soak-record.ts';

/** The records of every process that ever wrote a log here, one log at a time. */
export function* readLogs(directory: string): Generator<readonly SoakRecord[]> {
  for (const name of readdirSync(directory)) if (name.endsWith('.log')) yield readLog(join(directory, name));
}

/** How many messages were acknowledged to their senders so far. */
export function countSent(directory: string): number {
  let count = 0;
  for (const records of readLogs(directory)) count += records.filter(({ event }) => event === 'sent').length;
  return count;
}

/** Whether a process has been let at a message that it has not settled yet. */
export function holdsSomething(log: string): boolean {
  const open = new Set<string>();
  for (const record of existsSync(log) ? readLog(log) : []) {
    if (record.event === 'admitted') open.add(record.entry);
    if (record.event === 'settled') open.delete(record.entry);
  }
  return open.size > 0;
}

/** Whether others took something back from one of these owners. */
export function isOvertaken(directory: string, owners: ReadonlySet<string>): boolean {
  for (const records of readLogs(directory)) {
    if (records.some((record) => record.event === 'recovered' && owners.has(record.owner))) return true;
  }
  return false;
}

function readLog(path: string): SoakRecord[] {
  return parseRecords(readFileSync(path, 'utf8'));
}
