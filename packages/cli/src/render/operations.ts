import type { OperationRecord } from '@tapps-agents/queue';
import { age } from './age.ts';
import { tableColumns, type Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { table } from './table.ts';

const COLUMNS = [
  { title: 'OPERATION' },
  { title: 'BEGAN' },
  { title: 'BY' },
  { title: 'MESSAGES', align: 'right' },
  { title: 'RESULT' },
] as const;

/** An outcome that its name does not tell. */
const WORDS: Readonly<Record<string, string>> = { moved: 'moved by it or by another program' };

/** What operators did, the newest first. */
export function operations(records: readonly OperationRecord[], layout: Layout): SafeText {
  const { style, now_ms } = layout;
  const rows = records.map((record) => {
    const { id, startedAt, endedAt, by, total, tally, atWork, resumptions = [] } = record;
    const began_ms = Date.parse(startedAt);
    const counts = Object.entries(tally).map(
      ([outcome, count]) => safe`${count} ${WORDS[outcome] ?? outcome}`,
    );
    const result = counts.length === 0 ? safe`nothing yet` : join(counts, ', ');
    return {
      cells: [
        safe`${id}`,
        Number.isNaN(began_ms) ? safe`-` : safe`${age(now_ms - began_ms)} ago`,
        safe`${by}`,
        safe`${total}`,
        endedAt === null
          ? safe`${style('warning', atWork === true ? safe`under way` : safe`not finished`)}: ${result}`
          : result,
      ],
      notes: resumptions.map(({ by: who, at, done }) => {
        const at_ms = Date.parse(at);
        const when = Number.isNaN(at_ms) ? '' : ` ${age(now_ms - at_ms)} ago`;
        return safe`  gone on with${when} by ${who === '' ? 'somebody' : who}, after ${done} of ${total}`;
      }),
    };
  });
  return table(COLUMNS, rows, tableColumns(layout), style);
}
