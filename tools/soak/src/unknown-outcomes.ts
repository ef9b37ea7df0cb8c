import { existsSync, readFileSync } from 'node:fs';
import type { ChildSettings } from './child-settings.ts';
import { logPath } from './log-path.ts';
import { parseRecords } from './soak-record.ts';

/** What the predecessor in this place began to send and did not live to see sent: the messages' texts. */
export function unknownOutcomes({ log, place, incarnation }: ChildSettings): string[] {
  const predecessor = logPath(log, place, incarnation - 1);
  if (!existsSync(predecessor)) return [];
  const open = new Map<string, string>();
  for (const record of parseRecords(readFileSync(predecessor, 'utf8'))) {
    if (record.event === 'attempt') open.set(record.id, record.text);
    if (record.event === 'sent') open.delete(record.id);
  }
  return [...open.values()];
}
