import { contest, type Standings } from '../contest.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { meansOver, ratioOf, spreadOf, type Spread } from '../statistics.ts';
import { atSize, TARGET_SIZE, verdictOf } from '../verdict.ts';
import { amount, noteOf, spreadFigures, timesSpread } from '../wording.ts';

/** What a claim costs, however many messages wait behind it. */
export const backlogRow: Row = { name: 'backlog', diskOnly: false, run: measure };

const AT_MOST = 1.5;
/**
 * The same in every box, a quarter of the smallest at most: what a turn costs by itself, such as caches that went cold and a listing
 * after what was put in, is then spread over as many messages in each.
 */
const SLICE = 250;
/**
 * A listing feeds 50,000 claims at most (packages/queue/src/file-store/backlog.ts): of a large box, one in 200 slices is sure to have
 * one, and only means over as many rounds have its cost in them.
 */
const PERIOD_ROUNDS = 200;
/** Two such periods, and some more: 110,000 claims from each box. */
const ROUNDS = 440;
/** Each box gets warm with three times as many. */
const WARM_MESSAGES = 5_000;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const rounds = sizes.messages < 1_000 ? sizes.rounds : ROUNDS;
  const slice = Math.min(SLICE, Math.floor(Math.min(...sizes.backlogs) / 4));
  const entrants = sizes.backlogs.map((backlog) => ({
    name: String(backlog),
    fills: true,
    backlog,
    slice,
    start: (directory: string) => startRole('drainer', { directory }),
  }));
  const messages = Math.min(sizes.messages, WARM_MESSAGES);
  const files = entrants.map(({ backlog }) => backlog + slice * (rounds + 4) + messages * 4);
  await using site = await context.site(files.reduce((sum, count) => sum + count, 0));
  return [judge(place.name, await contest(site.directory, entrants, { rounds, messages }))];
}

function judge(place: string, standings: readonly Standings[]): RowResult {
  const costs = standings.map(({ name, slice, cost_us, processor_us, listings }) => ({
    size: Number(name),
    claims: slice * processor_us.length,
    listings,
    means_us: meansOver(PERIOD_ROUNDS, processor_us),
    clock_us: meansOver(PERIOD_ROUNDS, cost_us),
  }));
  const [base] = costs;
  const largest = costs.at(-1);
  if (base === undefined || largest === undefined) throw new Error('The queue was not measured.');
  const ratios = costs.slice(1).map(({ size, means_us }) => ({
    size,
    ratio: ratioOf(means_us, base.means_us),
  }));
  const byClock = costs.slice(1).map(({ size, clock_us }) => ({
    size,
    ratio: ratioOf(clock_us, base.clock_us),
  }));
  const told = (all: typeof ratios): string =>
    all.map(({ size, ratio }) => `${amount(size)}: ${timesSpread(ratio)}`).join('; ');
  const { verdict, note } = judgeAll(ratios);
  return resultOf({
    row: 'backlog',
    title: `claim to ack, at a backlog of ${costs.map(({ size }) => amount(size)).join(', ')}`,
    place,
    target: `flat: at 1M at most ${AT_MOST} x the cost at 1k`,
    figure: told(ratios),
    verdict,
    note: noteOf(
      `processor time over that at ${amount(base.size)}, as means over ${PERIOD_ROUNDS} rounds, in which a large box is listed anew`,
      `by the clock ${told(byClock)}`,
      costs.map((one) => `${amount(one.size)}: ${one.claims} claims, ${one.listings} listings`).join(', '),
      note,
    ),
    series: [
      {
        name: 'claim to ack, processor microseconds a message',
        points: costs.map(({ size, means_us }) => ({ x: size, y: spreadOf(means_us) })),
      },
    ],
    figures: Object.assign(
      {},
      ...ratios.map(({ size, ratio }) => spreadFigures(`ratio_${amount(size)}`, ratio)),
      ...byClock.map(({ size, ratio }) => spreadFigures(`clock_ratio_${amount(size)}`, ratio)),
      ...costs.map(({ size, claims, listings }) => ({
        [`claims_${amount(size)}`]: claims,
        [`listings_${amount(size)}`]: listings,
      })),
    ),
  });
}

/** Only the size that the target names decides; what is beyond the limit in between is told. */
export function judgeAll(
  ratios: readonly { readonly size: number; readonly ratio: Spread }[],
): Pick<RowResult, 'verdict' | 'note'> {
  const limit = { atMost: AT_MOST };
  const beyond = ratios
    .filter(({ size, ratio }) => size !== TARGET_SIZE && ratio.median > AT_MOST)
    .map(({ size }) => amount(size));
  const told = `beyond ${AT_MOST} x at ${beyond.join(' and ')}, of which the target does not speak`;
  const between = beyond.length === 0 ? '' : told;
  const named = ratios.find(({ size }) => size === TARGET_SIZE);
  if (named !== undefined) return { verdict: verdictOf(named.ratio, limit), note: between };
  if (between !== '') return { verdict: 'not measured', note: noteOf(between, '1M only with --full') };
  return atSize('met', 0);
}
