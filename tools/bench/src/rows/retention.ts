import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Pause } from '../roles/cleaner.ts';
import type { Context, Row } from '../row.ts';
import { single, spreadOf } from '../statistics.ts';
import { atSize, verdictOf } from '../verdict.ts';
import { amount, digits, noteOf, spreadFigures } from '../wording.ts';

/** Whether retention lets the event loop turn. */
export const retentionRow: Row = { name: 'retention', diskOnly: false, run: measure };

const AT_MOST_MS = 20;
/** So often everything is removed; the longest pause of all decides. */
const TIMES = 3;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.many);
  const pauses: Pause[] = [];
  const rests: Pause[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const child = startRole('cleaner', { directory: site.directory });
    try {
      await child.ask('remember', sizes.many);
      const pause = await child.ask<Pause>('retain');
      if (pause.removed !== sizes.many)
        throw new Error(`Retention removed ${pause.removed} of ${sizes.many} entries.`);
      pauses.push(pause);
      rests.push(await child.ask<Pause>('rest', Math.ceil(Math.min(pause.took_ms, 10_000))));
    } finally {
      await child.end();
    }
  }
  return [judge(place.name, sizes.many, pauses, rests)];
}

/** The longest pause of all times decides. `rests`: of a process that did nothing, after each of them. */
export function judge(
  place: string,
  entries: number,
  pauses: readonly Pause[],
  rests: readonly Pause[],
): RowResult {
  const sorted = pauses.toSorted((one, other) => one.wall_ms - other.wall_ms);
  const [middle, worst] = [sorted[Math.floor(pauses.length / 2)], sorted.at(-1)];
  if (middle === undefined || worst === undefined) throw new Error('Nothing was measured.');
  const longest = spreadOf(pauses.map(({ wall_ms }) => wall_ms));
  const rest_pause_ms = Math.max(...rests.map(({ wall_ms }) => wall_ms));
  const { verdict, note } = atSize(verdictOf(single(worst.wall_ms), { atMost: AT_MOST_MS }), entries);
  return resultOf({
    row: 'retention',
    title: `retention of ${amount(entries)} ledger entries`,
    place,
    target: `no pause of the event loop over ${AT_MOST_MS} ms`,
    figure: `longest pause ${digits(middle.wall_ms)} ms; the worst of ${pauses.length} times ${digits(worst.wall_ms)} ms`,
    verdict,
    note: noteOf(
      `in those pauses all threads of the process used ${digits(middle.processor_ms)} and ${digits(worst.processor_ms)} ms of processors`,
      `removed in ${digits(middle.took_ms / 1_000)} s`,
      `a process at rest, after each of them, for 10 s at most: ${digits(rest_pause_ms)} ms`,
      note,
    ),
    figures: {
      ...spreadFigures('pause_ms', longest),
      pause_processor_ms: middle.processor_ms,
      worst_pause_ms: worst.wall_ms,
      worst_pause_processor_ms: worst.processor_ms,
      rest_pause_ms,
    },
  });
}
