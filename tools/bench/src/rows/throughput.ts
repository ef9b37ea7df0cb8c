import { contest, WARM_FACTOR, type Entrant, type Standings } from '../contest.ts';
import type { OperationName } from '../operation.ts';
import { startDirq, startRole, whyNoDirq } from '../programs.ts';
import { Child } from '../child-process.ts';
import { resultOf, type Measured, type RowResult, type Verdict } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import {
  C_CALLS,
  DIRQ,
  NODE_CALLS,
  PROTOCOL_CALLS,
  QUEUE,
  subjects,
  type SubjectFacts,
} from '../subjects.ts';
import { timesSpread } from '../wording.ts';
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
  await using site = await context.site((sizes.messages * (WARM_FACTOR + 1) + 1_000) * entrants.length);
  const standings = await contest(site.directory, entrants, sizes);
  const measured = measuredOf(standings);
  return [judge(context, aim, measured)];
}

function entrantOf(context: Context, facts: SubjectFacts, { name, operation }: Aim): Entrant[] {
  const start = starterOf(context, facts, operation);
  if (typeof start === 'string') {
    context.lacks(facts.name, start);
    return [];
  }
  const fills = operation === 'receive' || operation === 'work';
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
  const common = {
    row: aim.name,
    title: aim.title,
    place: place.name,
    target: `at most ${aim.atMost} x the node calls${against}`,
    measured,
  };
  const ours = measured.find(({ subject }) => subject === QUEUE);
  // Where nothing is flushed, nobody waits for a device: what counts is work, and on a busy machine the clock counts others'.
  const costOf = (one: Measured): number => (aim.diskOnly ? one.cost_us.median : one.processor_us);
  const ratio = (aim.diskOnly ? ours?.ratio : ours?.processorRatio) ?? null;
  if (ours === undefined || ratio === null) throw new Error('The queue was not measured.');
  const rivals = measured.filter(
    ({ standing, durable }) => standing === 'peer' && (aim.ahead === 'peers' || durable),
  );
  const faster = rivals.filter((rival) => costOf(rival) < costOf(ours));
  const lacksPeers = aim.ahead !== 'nobody' && rivals.length === 0;
  const verdict: Verdict =
    ratio.median > aim.atMost || (aim.ahead !== 'nobody' && faster.length > 0)
      ? 'missed'
      : lacksPeers
        ? 'not measured'
        : 'met';
  const behind = faster.map((rival) => `${rival.subject} (by ${(costOf(ours) / costOf(rival)).toFixed(2)})`);
  const standing = lacksPeers
    ? 'no peer was measured'
    : faster.length === 0
      ? `ahead of all ${rivals.length}`
      : `behind ${behind.join(', ')}`;
  const note = [...limitOf(measured, aim), ...(aim.ahead === 'nobody' ? [] : [standing])].join('; ');
  return resultOf({
    ...common,
    figure: `${timesSpread(ratio)} ${aim.diskOnly ? 'by the clock' : 'of processor time'}`,
    verdict,
    note,
  });
}

/** How much of it is the protocol's own, whoever keeps it. */
function limitOf(measured: readonly Measured[], { diskOnly }: Aim): string[] {
  const calls = measured.find(({ subject }) => subject === PROTOCOL_CALLS);
  const limit = (diskOnly ? calls?.ratio : calls?.processorRatio) ?? null;
  return limit === null ? [] : [`what the protocol asks for takes ${timesSpread(limit)}`];
}
