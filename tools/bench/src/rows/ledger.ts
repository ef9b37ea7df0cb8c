import { contest } from '../contest.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, spreadOf, type Spread } from '../statistics.ts';
import { QUEUE } from '../subjects.ts';
import { atSize, verdictOf, worstOf } from '../verdict.ts';
import { amount, noteOf, spreadFigures, timesSpread } from '../wording.ts';

/** Sending and receiving beside a ledger that remembers much. */
export const ledgerRow: Row = { name: 'ledger', diskOnly: false, run: measure };

/** Ten percent are soon lost in what else the machine does: more slices than elsewhere, of the same size. */
const ROUNDS_FACTOR = 3;
const AT_MOST = 1.1;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const steps = [0, Math.ceil(sizes.many / 100), Math.ceil(sizes.many / 10), sizes.many];
  const rounds = sizes.rounds * ROUNDS_FACTOR;
  const slice = Math.ceil(sizes.messages / sizes.rounds);
  const ratios: { readonly operation: string; readonly ratio: Spread }[] = [];
  const series = [];
  for (const operation of ['send', 'receive'] as const) {
    await using site = await context.site(
      steps.reduce((sum, step) => sum + step, 0) + steps.length * (slice * rounds + sizes.messages * 4),
    );
    const entrants = steps.map((remembered) => ({
      name: String(remembered),
      fills: operation === 'receive',
      remembered,
      slice,
      start: (directory: string) => startRole('contestant', { subject: QUEUE, operation, directory }),
    }));
    const standings = await contest(site.directory, entrants, { rounds, messages: sizes.messages });
    const [empty] = standings;
    const full = standings.find(({ name }) => name === String(sizes.many));
    if (empty === undefined || full === undefined) throw new Error('The queue was not measured.');
    ratios.push({ operation, ratio: ratioOf(full.processor_us, empty.processor_us) });
    series.push({
      name: `${operation}, processor microseconds a message`,
      points: standings.map(({ name, processor_us }) => ({ x: Number(name), y: spreadOf(processor_us) })),
    });
  }
  const worst = worstOf(ratios.map(({ ratio }) => verdictOf(ratio, { atMost: AT_MOST })));
  const { verdict, note } = atSize(worst, sizes.many);
  return [
    resultOf({
      row: 'ledger',
      title: `${amount(sizes.many)} processed ids in the ledger`,
      place: place.name,
      target: 'at 1M, send and receive unchanged within 10 %',
      figure: ratios.map(({ operation, ratio }) => `${operation}: ${timesSpread(ratio)}`).join('; '),
      verdict,
      note: noteOf('processor time, over that beside an empty one', note),
      series,
      figures: Object.assign(
        {},
        ...ratios.map(({ operation, ratio }) => spreadFigures(`${operation}_ratio`, ratio)),
      ),
    }),
  ];
}
