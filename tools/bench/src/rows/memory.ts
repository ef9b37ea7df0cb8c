import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Memory } from '../roles/worker.ts';
import type { Context, Row } from '../row.ts';
import { single } from '../statistics.ts';
import { atSize, verdictOf } from '../verdict.ts';
import { amount, digits, noteOf } from '../wording.ts';

/** What one worker holds while many messages go through it. */
export const memoryRow: Row = { name: 'memory', diskOnly: false, run: measure };

const STEPS = 20;
/** Which step ends the warming up, the fifth of twenty: code is compiled, pools and sets grow to their size. */
const WARM = STEPS / 5;
/** What is held may wander by after a collection. */
const FLAT_MIB = 2;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.through);
  const child = startRole('worker', { directory: site.directory }, { nodeOptions: ['--expose-gc'] });
  const steps: Memory[] = [];
  try {
    for (let step = 0; step < STEPS; step += 1)
      steps.push(await child.ask<Memory>('through', Math.ceil(sizes.through / STEPS)));
  } finally {
    await child.end();
  }
  return [judge(place.name, sizes.through, steps)];
}

/** What is held, heap and buffers, may not grow from the step that ends the warming up to the last. */
export function judge(place: string, through: number, steps: readonly Memory[]): RowResult {
  const warm = steps[WARM];
  const last = steps.at(-1);
  if (warm === undefined || last === undefined) throw new Error('Nothing was measured.');
  const growth_mib = last.held_mib - warm.held_mib;
  const { verdict, note } = atSize(verdictOf(single(growth_mib), { atMost: FLAT_MIB }), through);
  return resultOf({
    row: 'memory',
    title: `memory over ${amount(through)} messages through one worker`,
    place,
    target: `at 1M, flat after warm-up (heap and buffers within ${FLAT_MIB} MiB)`,
    figure: `${digits(warm.held_mib)} to ${digits(last.held_mib)} MiB (${growth_mib < 0 ? '' : '+'}${growth_mib.toFixed(2)})`,
    verdict,
    note: noteOf(
      `after collections; resident ${digits(warm.resident_mib)} to ${digits(last.resident_mib)} MiB`,
      note,
    ),
    series: [
      {
        name: 'heap and buffers, MiB',
        points: steps.map(({ held_mib: median }, step) => ({
          x: ((step + 1) * through) / steps.length,
          y: single(median),
        })),
      },
    ],
    figures: { growth_mib, resident_mib: last.resident_mib },
  });
}
