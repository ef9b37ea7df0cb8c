import type { DeadLetter } from '@tapps-agents/queue';
import stringWidth from 'string-width';
import { age } from './age.ts';
import { tableColumns, type Layout } from './layout.ts';
import { safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import { table } from './table.ts';
import { whyItDied } from './why-it-died.ts';

const COLUMNS = [
  { title: 'ID' },
  { title: 'TYPE' },
  { title: 'BOX' },
  { title: 'REASON' },
  { title: 'DIED', align: 'right' },
  { title: 'WHY' },
] as const;

const LONGEST_TITLE = Math.max(...COLUMNS.map(({ title }) => title.length));
/** Between two columns. */
const GAP = 2;
/** Less of a sentence says nothing. */
const LEAST_WHY = 16;
/** More of it is shown by `dlq show`. */
const MOST_WHY = 120;

/** A table of dead letters, one a line; the sentence that says why it died has what is left of the line, in a pipe up to 120 characters. */
export function deadLetters(letters: readonly DeadLetter[], { wrapAt, style, now_ms }: Layout): SafeText {
  const columns = tableColumns({ wrapAt });
  const rows = letters.map(({ entry, reason }) => [
    nameOf(entry),
    entry.messageType,
    `${entry.box.kind}/${entry.box.agentId}`,
    reason?.code ?? 'unknown',
    reason === null ? '-' : age(now_ms - Date.parse(reason.quarantined_at)),
  ]);
  const taken = COLUMNS.slice(0, -1).reduce(
    (sum, { title }, index) =>
      sum +
      GAP +
      Math.max(title.length, ...rows.map((row) => stringWidth(String(safe`${row[index] ?? ''}`)))),
    0,
  );
  // Where not even the others fit, each letter is a paragraph, and this a line of it below the others' titles.
  const isParagraph = taken - GAP > columns;
  const room = Math.min(MOST_WHY, columns - (isParagraph ? LONGEST_TITLE + GAP : taken));
  const hasWhy = room >= LEAST_WHY;
  return table(
    hasWhy ? COLUMNS : COLUMNS.slice(0, -1),
    letters.map((letter, index) => {
      const [id = '', type = '', box = '', code = '', died = ''] = rows[index] ?? [];
      const why = shortened(String(safe`${whyItDied(letter)}`), room);
      return {
        cells: [
          safe`${id}`,
          safe`${type}`,
          safe`${box}`,
          style('bad', safe`${code}`),
          safe`${died}`,
          ...(hasWhy ? [safe`${why}`] : []),
        ],
      };
    }),
    columns,
    style,
  );
}

/** What to call a message by on the command line: its id, or where it has none, or that is not known, the entry's own name. */
export function nameOf(entry: DeadLetter['entry']): string {
  return entry.messageId ?? entry.entryId;
}
