import { setTimeout as pause } from 'node:timers/promises';
import type { Box, Queue } from '@tapps-agents/queue';
import type { Backlog } from '../draining/backlog-of.ts';
import { CliError } from '../cli-error.ts';
import { DrainBar } from '../draining/drain-bar.ts';
import { waitUntilDrained, type Drained } from '../draining/drain-watch.ts';
import { durationOption } from '../options/duration-option.ts';
import { ExitCode } from '../exit-code.ts';
import type { DrainJson } from '../json/drain.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { age } from '../render/age.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  outbox: { type: 'boolean', default: false, describe: 'Wait for the outbox to be collected, too' },
  'skip-delayed': {
    type: 'boolean',
    default: false,
    describe: 'Do not wait for messages that may only be handled later',
  },
  timeout: {
    type: 'string',
    requiresArg: true,
    describe: 'Give up after this time, e.g. 10m (default: never)',
  },
} as const;

interface Arguments {
  readonly agent?: string | undefined;
  readonly outbox: boolean;
  readonly 'skip-delayed': boolean;
  readonly timeout?: string | undefined;
}

/** `drain [AGENT]`: waits until what is in the inbox is handled. Changes nothing, and holds nobody up. */
export const drain: Command = {
  name: 'drain',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'drain [agent]',
      'Wait until everything in an agent’s inbox (or every inbox) is handled',
      (options) =>
        options
          .positional('agent', { type: 'string', describe: 'Whose inbox (default: everybody’s)' })
          .options(OPTIONS)
          .example('$0 drain coder && deploy', 'Go on when coder has nothing left to do')
          .example('$0 drain --timeout 10m', 'Wait at most ten minutes; exits with 5 if something is left')
          .epilogue('Senders are not stopped: what they send meanwhile is waited for, too.'),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

async function run(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const { io } = context;
  const timeout = options.timeout === undefined ? null : durationOption(options.timeout, '--timeout');
  await using queue = await openToAct(context);
  const boxes = await boxesOf(queue, options);
  await warnOfStandstill(context, queue, boxes);
  const bar = new DrainBar(context, options['skip-delayed']);
  const { toMilliseconds } = await import('@tapps-agents/queue');
  try {
    const drained = await waitUntilDrained(queue, {
      boxes,
      timeout_ms: timeout === null ? null : toMilliseconds(timeout, '--timeout'),
      skipDelayed: options['skip-delayed'],
      signal: io.interrupts.first,
      clock: {
        now: () => performance.now(),
        pause: (delay_ms, signal) => pause(delay_ms, undefined, { signal }),
      },
      onLook: (left, backlogs) => bar.show(left, backlogs),
    });
    bar.end();
    return conclude(context, drained);
  } catch (error) {
    if (!io.interrupts.first.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was changed by waiting.');
  } finally {
    bar.end();
  }
}

async function boxesOf(queue: Queue, { agent, outbox }: Arguments): Promise<readonly Box[]> {
  if (agent !== undefined) await requireKnownAgent(queue, agent);
  if (agent !== undefined) return boxesNamed([agent], outbox ? [agent] : []);
  // A box whose agent cannot be told may hold messages, so without it nothing is known to be drained.
  const agents = await queue.store.agents({ onFailure: rethrow });
  const writers = outbox ? await queue.store.writers({ onFailure: rethrow }) : [];
  return boxesNamed(
    agents.map(({ agentId }) => agentId),
    writers.map(({ agentId }) => agentId),
  );
}

function rethrow(error: unknown): never {
  throw error;
}

function boxesNamed(inboxes: readonly string[], outboxes: readonly string[]): readonly Box[] {
  return [
    ...inboxes.map((agentId): Box => ({ kind: 'inbox', agentId })),
    ...outboxes.map((agentId): Box => ({ kind: 'outbox', agentId })),
  ];
}

/** Nothing is handled while it is paused, so waiting may take for ever. */
async function warnOfStandstill(
  { output, program }: CommandContext,
  queue: Queue,
  boxes: readonly Box[],
): Promise<void> {
  const waitedFor = new Set(boxes.map(({ agentId }) => agentId));
  for (const { agentId } of await queue.store.pauses()) {
    if (agentId !== null && !waitedFor.has(agentId)) continue;
    const resume = agentId === null ? `${program} resume` : `${program} resume --agent ${shellWord(agentId)}`;
    output.warn(
      'ERR_PAUSED',
      `${agentId ?? 'Everything'} is paused, so nothing is handled until somebody resumes it: ${resume}`,
    );
  }
}

function conclude({ output, program }: CommandContext, { drained, waited_ms, boxes }: Drained): ExitCode {
  const document: DrainJson = {
    drained,
    waited_ms: Math.round(waited_ms),
    boxes: boxes.map(({ box, ready, delayed, leased, died }) => ({
      kind: box.kind,
      agent: box.agentId,
      ready,
      delayed,
      leased,
      died,
    })),
  };
  output.data(document);
  for (const one of boxes) {
    const died = one.died === 0 ? safe`` : safe`; ${one.died} died meanwhile`;
    const what = isEmpty(one)
      ? safe`empty`
      : safe`${one.ready} ready, ${one.delayed} delayed, ${one.leased} in hand`;
    output.text(safe`${one.box.kind}/${one.box.agentId}: ${what}${died}`);
  }
  if (boxes.some(({ died }) => died > 0)) output.remark(safe`to see why they died: ${program} dlq`);
  if (drained) {
    output.remark(safe`Drained after ${age(waited_ms)}.`);
    return ExitCode.ok;
  }
  const waited = waited_ms < 1_000 ? `${Math.round(waited_ms)} ms` : age(waited_ms);
  throw new CliError('ERR_NOT_DRAINED', `Not all is handled after ${waited}.`, {
    next: `${program} inspect   (who holds what, and whether anybody is at work)`,
  });
}

function isEmpty({ ready, delayed, leased }: Backlog): boolean {
  return ready + delayed + leased === 0;
}
