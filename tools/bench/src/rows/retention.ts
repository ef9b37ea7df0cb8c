import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Pause } from '../roles/cleaner.ts';
import type { Context, Row } from '../row.ts';
import { amount, digits } from '../wording.ts';

/** Whether retention lets the event loop turn. */
export const retentionRow: Row = { name: 'retention', diskOnly: false, run: measure };

const TARGET_SIZE = 1_000_000;
const AT_MOST_MS = 20;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.many);
  const child = startRole('cleaner', { directory: site.directory });
  let pause: Pause;
  let rest: Pause;
  try {
    await child.ask('remember', sizes.many);
    pause = await child.ask<Pause>('retain');
    rest = await child.ask<Pause>('rest', Math.ceil(Math.min(pause.took_ms, 10_000)));
  } finally {
    await child.end();
  }
  if (pause.removed !== sizes.many)
    throw new Error(`Retention removed ${pause.removed} of ${sizes.many} entries.`);
  const enough = sizes.many >= TARGET_SIZE;
  return [
    resultOf({
      row: 'retention',
      title: `retention of ${amount(sizes.many)} ledger entries`,
      place: place.name,
      target: `no pause of the event loop over ${AT_MOST_MS} ms`,
      figure: `longest pause ${digits(pause.wall_ms)} ms (${digits(pause.processor_ms)} ms of it at work)`,
      verdict: pause.wall_ms > AT_MOST_MS ? 'missed' : enough ? 'met' : 'not measured',
      note: `removed in ${digits(pause.took_ms / 1_000)} s; a process at rest paused for ${digits(rest.wall_ms)} ms beside it${enough ? '' : '; held so far, 1M only with --full'}`,
      figures: {
        pause_ms: pause.wall_ms,
        pause_processor_ms: pause.processor_ms,
        rest_pause_ms: rest.wall_ms,
      },
    }),
  ];
}
