import type { DeadLetter } from '@tapps-agents/queue';
import { age } from './age.ts';
import type { Layout } from './layout.ts';
import { safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import { table } from './table.ts';

const COLUMNS = [
  { title: 'ID' },
  { title: 'TYPE' },
  { title: 'BOX' },
  { title: 'REASON' },
  { title: 'DIED', align: 'right' },
] as const;

/** A table of dead letters, each with the sentence that says why it died. */
export function deadLetters(letters: readonly DeadLetter[], { columns, style, now_ms }: Layout): SafeText {
  const rows = letters.map(({ entry, reason }) => ({
    cells: [
      safe`${nameOf(entry)}`,
      safe`${entry.messageType}`,
      safe`${entry.box.kind}/${entry.box.agentId}`,
      style('bad', safe`${reason?.code ?? 'unknown'}`),
      safe`${reason === null ? '-' : age(now_ms - Date.parse(reason.quarantined_at))}`,
    ],
    notes: [
      safe`  ${shortened(reason?.reason ?? 'the reason is missing; its content may still be read and replayed')}`,
    ],
  }));
  return table(COLUMNS, rows, columns, style);
}

/** What to call a message by on the command line: its id, or where it has none the entry's own name. */
export function nameOf(entry: DeadLetter['entry']): string {
  return entry.messageId ?? entry.entryId;
}
