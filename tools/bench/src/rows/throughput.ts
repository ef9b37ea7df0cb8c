import { contest, WARM_FACTOR, type Entrant, type Standings } from '../contest.ts';
import { BATCH, type OperationName } from '../operation.ts';
import { startDirq, startRole, whyNoDirq } from '../programs.ts';
import { Child } from '../child-process.ts';
import { resultOf, type Measured, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, spreadOf, type Spread } from '../statistics.ts';
import {
  C_CALLS,
  DIRQ,
  NODE_CALLS,
  PROTOCOL_CALLS,
  QUEUE,
  subjects,
  type SubjectFacts,
} from '../subjects.ts';
import { isMissed, verdictOf, worstOf, type Verdict } from '../verdict.ts';
import { noteOf, spreadFigures, timesSpread } from '../wording.ts';
import { sampleBytes } from '../workload.ts';

interface Aim {
  readonly name: string;
  readonly title: string;
  readonly operation: OperationName;
  readonly diskOnly: boolean;
  /** At most so often the cost of the bare node calls. */
  readonly atMost: number;
  /** Peers that it must be ahead of. */
  readonly ahead: 'nobody' | 'peers' | 'durable peers';
}

const aims: readonly Aim[] = [
  {
    name: 'send',
    title: 'send, durability none',
    operation: 'send',
    diskOnly: false,
    atMost: 1.5,
    ahead: 'peers',
  },
  {
    name: 'send-many',
    title: 'sendMany(64), none',
    operation: 'send_many',
    diskOnly: false,
    atMost: 1.2,
    ahead: 'nobody',
  },
  {
    name: 'send-full',
    title: 'send, full, one at a time',
    operation: 'send_durable',
    diskOnly: true,
    atMost: 1.15,
    ahead: 'nobody',
  },
  {
    name: 'send-full-64',
    title: 'send, full, 64 concurrent callers',
    operation: 'send_concurrently',
    diskOnly: true,
    atMost: 1.3,
    ahead: 'durable peers',
  },
  {
    name: 'receive',
    title: 'receive + validate + ledger + ack',
    operation: 'receive',
    diskOnly: false,
    atMost: 2,
    ahead: 'peers',
  },
  {
    name: 'work',
    title: 'work(), concurrency 8, empty handler',
    operation: 'work',
    diskOnly: false,
    atMost: 2.5,
    ahead: 'nobody',
  },
];

/** What one message costs, beside the bare calls and the peers. */
export const throughputRows: readonly Row[] = aims.map((aim) => ({
  name: aim.name,
  diskOnly: aim.diskOnly,
  run: (context) => measure(context, aim),
}));

async function measure(context: Context, aim: Aim): Promise<readonly RowResult[]> {
  const { sizes } = context;
  const entrants = subjects
    .filter(({ operations }) => operations.includes(aim.operation))
    .flatMap((facts) => entrantOf(context, facts, aim));
  const { rounds, messages } = sizes;
  const files = messages * (WARM_FACTOR + 1) + BATCH * (rounds + 1) + 1_000;
  await using site = await context.site(files * entrants.length);
  const inBatches = aim.operation === 'send_many' || aim.operation === 'send_concurrently';
  // Nobody has to find what it sends. Of those who take messages out, finding them when a turn begins is a part of what they cost.
  const lead = takesOut(aim.operation) ? 0 : BATCH;
  const amounts = { rounds, messages, multiple: inBatches ? BATCH : 1, lead };
  const standings = await contest(site.directory, entrants, amounts);
  const measured = measuredOf(standings);
  return [judge(context, aim, measured)];
}

/** Whether messages must be put in before it can be measured. */
function takesOut(operation: OperationName): boolean {
  return operation === 'receive' || operation === 'work';
}

function entrantOf(context: Context, facts: SubjectFacts, { name, operation }: Aim): Entrant[] {
  const start = starterOf(context, facts, operation);
  if (typeof start === 'string') {
    context.lacks(facts.name, start);
    return [];
  }
  const fills = takesOut(operation);
  // The queue, and the bare calls that it is compared with, need nothing that this repository does not have.
  const isOurs = facts.standing !== 'peer' && facts.group === undefined;
  const excused = (why: string): void => context.lacks(`${facts.name}, ${name}`, why);
  return [{ name: facts.name, start, fills, ...(isOurs ? {} : { excused }) }];
}

/** How a subject's process is started, or why it cannot be. */
function starterOf(
  { floor, peers }: Context,
  { name, group, standing }: SubjectFacts,
  operation: OperationName,
): ((directory: string) => Child) | string {
  const bytes = sampleBytes().length;
  if (name === C_CALLS) {
    const { program } = floor;
    return program === null
      ? floor.reason
      : (directory) => new Child(program, [operation, directory, String(bytes)]);
  }
  if (peers === null && (group !== undefined || standing === 'peer')) return 'left out (--no-peers)';
  if (name === DIRQ) return whyNoDirq() ?? ((directory) => startDirq(operation, directory, bytes));
  const missing = group === undefined ? undefined : peers?.missing[group];
  if (missing !== undefined) return missing;
  const settings = (directory: string) => ({ subject: name, operation, directory });
  return (directory) =>
    startRole('contestant', settings(directory), peers === null ? {} : { peers: peers.directory });
}

/** Figures with the names and standings of their subjects, and their ratios to the node calls. */
export function measuredOf(standings: readonly Standings[]): readonly Measured[] {
  const base = standings.find(({ name }) => name === NODE_CALLS);
  return standings.map(({ name, slice, cost_us, processor_us }) => {
    const facts = subjects.find((subject) => subject.name === name);
    return {
      subject: name,
      standing: facts?.standing ?? 'ours',
      durable: facts?.durable === true,
      cost_us: spreadOf(cost_us),
      processor_us: spreadOf(processor_us).median,
      ratio: base === undefined ? null : ratioOf(cost_us, base.cost_us),
      processorRatio: base === undefined ? null : ratioOf(processor_us, base.processor_us),
      slice,
    };
  });
}

function judge({ place }: Context, aim: Aim, measured: readonly Measured[]): RowResult {
  const against =
    aim.ahead === 'nobody' ? '' : `; ahead of ${aim.ahead === 'peers' ? 'every peer' : 'every durable peer'}`;
  const ours = measured.find(({ subject }) => subject === QUEUE);
  const ratio = ours === undefined ? null : ratioIn(ours, aim);
  if (ours === undefined || ratio === null) throw new Error('The queue was not measured.');
  const standing =
    aim.ahead === 'nobody' ? null : standingOf(ours, rivalsIn(measured, aim), aim, lackingIn(measured, aim));
  const calls = measured.find(({ subject }) => subject === PROTOCOL_CALLS);
  const limit = calls === undefined ? null : ratioIn(calls, aim);
  return resultOf({
    row: aim.name,
    title: aim.title,
    place: place.name,
    target: `at most ${aim.atMost} x the node calls${against}`,
    figure: `${timesSpread(ratio)} ${aim.diskOnly ? 'by the clock' : 'of processor time'}`,
    verdict: worstOf([
      verdictOf(ratio, { atMost: aim.atMost }),
      ...(standing === null ? [] : [standing.verdict]),
    ]),
    note: noteOf(
      limit === null ? '' : `a bare rendering of the protocol takes ${timesSpread(limit)}`,
      standing === null ? '' : standing.note,
    ),
    measured,
    figures: {
      ...spreadFigures('ratio', ratio),
      ...(limit === null ? {} : spreadFigures('protocol_ratio', limit)),
    },
  });
}

/** Where nothing is flushed, nobody waits for a device: what counts is work, and on a busy machine the clock counts others'. */
function ratioIn({ ratio, processorRatio }: Measured, { diskOnly }: Pick<Aim, 'diskOnly'>): Spread | null {
  return diskOnly ? ratio : processorRatio;
}

function rivalsIn(measured: readonly Measured[], { ahead }: Aim): readonly Measured[] {
  return measured.filter(({ standing, durable }) => standing === 'peer' && (ahead === 'peers' || durable));
}

/** Peers that the target is about, too, and that could not be had. */
function lackingIn(measured: readonly Measured[], { ahead, operation }: Aim): readonly string[] {
  return subjects
    .filter(({ standing, operations }) => standing === 'peer' && operations.includes(operation))
    .filter(({ durable }) => ahead === 'peers' || durable === true)
    .map(({ name }) => name)
    .filter((name) => measured.every(({ subject }) => subject !== name));
}

/** Whether the queue takes less than every one of these, by their ratios to the same calls. Of those that lack nothing is known. */
export function standingOf(
  ours: Measured,
  rivals: readonly Measured[],
  aim: Pick<Aim, 'diskOnly'>,
  lacking: readonly string[],
): Pick<RowResult, 'verdict' | 'note'> {
  if (rivals.length === 0) return { verdict: 'not measured', note: 'no peer was measured' };
  const own = ratioIn(ours, aim);
  const compared = rivals.map((rival) => {
    const theirs = ratioIn(rival, aim);
    return {
      rival,
      by: own === null || theirs === null ? Number.NaN : own.median / theirs.median,
      verdict: againstOf(own, theirs),
    };
  });
  const behind = compared.filter(({ verdict }) => isMissed(verdict));
  return {
    verdict: worstOf([
      ...compared.map(({ verdict }) => verdict),
      ...lacking.map(() => 'not measured' as const),
    ]),
    note: noteOf(
      behind.length === 0
        ? `ahead of all ${rivals.length}`
        : `behind ${behind.map(({ rival, by }) => `${rival.subject} (by ${by.toFixed(2)}${clockOf(ours, rival, aim)})`).join(', ')}`,
      lacking.length === 0 ? '' : `not beside ${lacking.join(', ')}`,
    ),
  };
}

/** By the clock, where that is not what counts, it may be otherwise. */
function clockOf(ours: Measured, rival: Measured, { diskOnly }: Pick<Aim, 'diskOnly'>): string {
  return diskOnly ? '' : `; by the clock ${(ours.cost_us.median / rival.cost_us.median).toFixed(2)}`;
}

/** Ahead is who takes less; where the quarters of the two overlap, within the noise. */
function againstOf(own: Spread | null, theirs: Spread | null): Verdict {
  if (own === null || theirs === null) return 'not measured';
  const overlap = own.low <= theirs.high && theirs.low <= own.high;
  if (own.median <= theirs.median) return overlap ? 'met, within the noise' : 'met';
  return overlap ? 'missed, within the noise' : 'missed';
}
