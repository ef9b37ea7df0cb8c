import { contest, type Standings } from '../contest.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { cyclesOf, meansOver, ratioOf, spreadOf, sum, type Spread } from '../statistics.ts';
import { atSize, TARGET_SIZE, verdictOf, worstOf } from '../verdict.ts';
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
 * A listing feeds 100,000 claims at most (packages/queue/src/file-store/backlog.ts), which is 400 rounds: in three times
 * as many a box of any size has three listings at the least, and so two whole cycles of one listing and the claims that it feeds.
 */
const ROUNDS = 1_240;
/** What is shorter is taken together. */
const LEAST_CYCLE_ROUNDS = 100;
/** Each box gets warm with three times as many. */
const WARM_MESSAGES = 5_000;

interface Cost {
  readonly size: number;
  readonly claims: number;
  readonly listings: number;
  /** How many rounds each whole cycle has; where there is none, the figures are of all rounds. */
  readonly cycles: readonly number[];
  readonly cost_us: Spread;
  readonly ratio: Spread;
  readonly clock_ratio: Spread;
}

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
  await using site = await context.site(sum(files));
  return [judge(place.name, await contest(site.directory, entrants, { rounds, messages }))];
}

function judge(place: string, standings: readonly Standings[]): RowResult {
  const [base] = standings;
  if (base === undefined) throw new Error('The queue was not measured.');
  const costs = standings.map((one) => costOf(one, base));
  const ratios = costs.slice(1).map(({ size, ratio }) => ({ size, ratio }));
  const byClock = costs.slice(1).map(({ size, clock_ratio }) => ({ size, ratio: clock_ratio }));
  const told = (all: typeof ratios): string =>
    all.map(({ size, ratio }) => `${amount(size)}: ${timesSpread(ratio)}`).join('; ');
  const { verdict, note } = judgeAll(ratios, (costs.at(-1)?.cycles.length ?? 0) > 0);
  return resultOf({
    row: 'backlog',
    title: `claim to ack, at a backlog of ${costs.map(({ size }) => amount(size)).join(', ')}`,
    place,
    target: `flat: at 1M at most ${AT_MOST} x the cost at 1k`,
    figure: told(ratios),
    verdict,
    note: noteOf(
      `processor time over that at ${amount(Number(base.name))} in the same rounds, as means of whole cycles from one listing to another`,
      'the clock of a consumer stands still while the others have their turns, so it lists as one that is always at work',
      `by the clock ${told(byClock)}`,
      costs
        .map(
          ({ size, claims, listings, cycles }) =>
            `${amount(size)}: ${claims} claims, ${listings} listings, ${cyclesText(cycles)}`,
        )
        .join('; '),
      note,
    ),
    series: [
      {
        name: 'claim to ack, processor microseconds a message',
        points: costs.map(({ size, cost_us }) => ({ x: size, y: cost_us })),
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

/** What a claim costs in one box, and how many times what it costs in the base's. */
function costOf({ name, slice, cost_us, processor_us, listings }: Standings, base: Standings): Cost {
  const whole = cyclesOf(listings, LEAST_CYCLE_ROUNDS);
  const cycles = whole.length > 0 ? whole : [[0, listings.length] as const];
  const means_us = meansOver(cycles, processor_us);
  return {
    size: Number(name),
    claims: slice * processor_us.length,
    listings: sum(listings),
    cycles: whole.map(([from, to]) => to - from),
    cost_us: spreadOf(means_us),
    ratio: ratioOf(means_us, meansOver(cycles, base.processor_us)),
    clock_ratio: ratioOf(meansOver(cycles, cost_us), meansOver(cycles, base.cost_us)),
  };
}

function cyclesText(cycles: readonly number[]): string {
  const [from, to] = [Math.min(...cycles), Math.max(...cycles)];
  if (cycles.length === 0) return 'no whole cycle';
  return `${cycles.length} whole cycles of ${from === to ? from : `${from} to ${to}`} rounds`;
}

/**
 * Only the size that the target names decides; what is beyond the limit in between is told. Where that box had no whole cycle, what it
 * costs to list it may be left out of its figure, so that it can be missed and not met.
 */
export function judgeAll(
  ratios: readonly { readonly size: number; readonly ratio: Spread }[],
  hasCycle: boolean,
): Pick<RowResult, 'verdict' | 'note'> {
  const limit = { atMost: AT_MOST };
  const beyond = ratios
    .filter(({ size, ratio }) => size !== TARGET_SIZE && ratio.median > AT_MOST)
    .map(({ size }) => amount(size));
  const told = `beyond ${AT_MOST} x at ${beyond.join(' and ')}, of which the target does not speak`;
  const between = beyond.length === 0 ? '' : told;
  const named = ratios.find(({ size }) => size === TARGET_SIZE);
  if (named !== undefined) {
    const verdict = worstOf([verdictOf(named.ratio, limit), hasCycle ? 'met' : 'not measured']);
    return { verdict, note: between };
  }
  if (between !== '') return { verdict: 'not measured', note: noteOf(between, '1M only with --full') };
  return atSize('met', 0);
}
