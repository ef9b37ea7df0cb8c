import { contest } from '../contest.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { QUEUE } from '../subjects.ts';
import { amount, timesSpread } from '../wording.ts';

/** What a claim costs, however many messages wait behind it. */
export const backlogRow: Row = { name: 'backlog', diskOnly: false, run: measure };

const TARGET_SIZE = 1_000_000;
const AT_MOST = 1.5;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const total = sizes.backlogs.reduce((sum, size) => sum + size, 0);
  await using site = await context.site(total + sizes.messages * 8);
  const entrants = sizes.backlogs.map((backlog) => ({
    name: String(backlog),
    fills: true,
    backlog,
    start: (directory: string) =>
      startRole('contestant', { subject: QUEUE, operation: 'receive', directory }),
  }));
  const standings = await contest(site.directory, entrants, {
    rounds: sizes.rounds,
    // A slice must not empty the smallest box.
    messages: Math.min(sizes.messages, (Math.min(...sizes.backlogs) / 4) * sizes.rounds),
  });
  const costs = standings.map(({ name, processor_us }) => ({ size: Number(name), cost_us: processor_us }));
  const [base] = costs;
  const common = {
    row: 'backlog',
    title: `claim to ack, at a backlog of ${sizes.backlogs.map(amount).join(', ')}`,
    place: place.name,
    target: `flat: at 1M at most ${AT_MOST} x the cost at 1k`,
  };
  const largest = costs.at(-1);
  if (base === undefined || largest === undefined) throw new Error('The queue was not measured.');
  const ratios = costs.slice(1).map(({ size, cost_us }) => ({ size, ratio: ratioOf(cost_us, base.cost_us) }));
  const worst = Math.max(...ratios.map(({ ratio }) => ratio.median));
  return [
    resultOf({
      ...common,
      figure: ratios.map(({ size, ratio }) => `${amount(size)}: ${timesSpread(ratio)}`).join('; '),
      verdict: worst > AT_MOST ? 'missed' : largest.size < TARGET_SIZE ? 'not measured' : 'met',
      note:
        largest.size < TARGET_SIZE
          ? `processor time, over that at ${amount(base.size)}; held so far, 1M only with --full`
          : `processor time, over that at ${amount(base.size)}`,
      series: [
        {
          name: 'claim to ack, processor microseconds a message',
          points: costs.map(({ size, cost_us }) => ({ x: size, y: spreadOf(cost_us) })),
        },
      ],
    }),
  ];
}
