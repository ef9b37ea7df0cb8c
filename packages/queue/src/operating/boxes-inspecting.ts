import { BoxTally, type WaitingState } from './box-tally.ts';
import type { Core } from '../core.ts';
import { EntrySamples } from './entry-samples.ts';
import { QueueError } from '../errors.ts';
import { letterOf } from '../letter-reason.ts';
import type { AgentReport, BoxSummary, Inspection } from '../reports.ts';
import type { Box, Entry } from '../stored-message.ts';
import { UnreadableParts } from '../unreadable.ts';
import { withWholeIds } from './whole-id.ts';

/** What counts as lately. */
const WINDOW_MS = 60_000;

/**
 * One look at every box. Reads names alone, no message; its memory does not grow with the messages. A box that cannot be looked
 * at hides no other.
 */
export async function inspect(core: Core): Promise<Inspection> {
  const tallies = new Tallies();
  const unreadable = new UnreadableParts(core.root);
  const onFailure = (error: unknown): void => unreadable.add(error);
  const registered = await registeredAgents(core, onFailure);
  for (const agentId of registered) tallies.of({ kind: 'inbox', agentId });
  for (const { agentId } of await core.store.writers({ onFailure })) tallies.of({ kind: 'outbox', agentId });
  const now_ms = core.clock.now();
  const listed = waiting(core, undefined, (error, state, box) => {
    onFailure(error);
    if (box !== undefined) tallies.of(box).lacks(state);
  });
  for await (const batch of listed) for (const entry of batch) tallies.of(entry.box).add(entry, now_ms);
  const lately = await core.store.finishedSince(now_ms - WINDOW_MS);
  for (const { box, finished } of lately.boxes) tallies.of(box).finished = finished;
  return {
    root: core.root,
    takenAt: new Date(now_ms).toISOString(),
    boxes: await tallies.summaries(core, registered, now_ms, onFailure),
    pauses: await core.store.pauses(),
    temporary: await core.store.unfinished(),
    window_ms: WINDOW_MS,
    isFinishedComplete: lately.isComplete,
    unreadable: unreadable.list(),
  };
}

/**
 * One look at the boxes of one agent, with the messages that matter first. Reads names alone, and of the messages that it shows the reasons
 * of the dead and those whose ids did not fit into their names.
 */
export async function inspectAgent(core: Core, agentId: string): Promise<AgentReport> {
  const tallies = new Tallies();
  const registered = await registeredAgents(core);
  const writers = await core.store.writers();
  const inbox: Box = { kind: 'inbox', agentId };
  const outbox: Box = { kind: 'outbox', agentId };
  if (registered.has(agentId)) tallies.of(inbox);
  if (writers.some((writer) => writer.agentId === agentId)) tallies.of(outbox);
  const now_ms = core.clock.now();
  const samples = new EntrySamples(now_ms);
  for (const box of [inbox, outbox]) {
    for await (const batch of waiting(core, box)) {
      for (const entry of batch) {
        tallies.of(box).add(entry, now_ms);
        if (box === inbox || entry.state === 'dead') samples.add(entry);
      }
    }
  }
  const lately = await core.store.finishedSince(now_ms - WINDOW_MS);
  for (const { box, finished } of lately.boxes) {
    if (box.agentId === agentId) tallies.of(box).finished = finished;
  }
  const boxes = await tallies.summaries(core, registered, now_ms, (error) => core.events.report(error));
  if (boxes.length === 0) {
    throw new QueueError(
      'ERR_UNKNOWN_AGENT',
      `Nobody is called ${JSON.stringify(agentId)}: there is no such box. See \`tapps-mq agents\`.`,
      { agentId },
    );
  }
  const pauses = await core.store.pauses();
  const taken = samples.taken();
  const dead: Entry[] = [];
  for (const entry of taken.dead) dead.push((await letterOf(core.store, entry)).entry);
  return {
    agentId,
    takenAt: new Date(now_ms).toISOString(),
    boxes,
    pauses: pauses.filter((pause) => pause.agentId === null || pause.agentId === agentId),
    next: await withWholeIds(core.store, taken.next),
    delayed: await withWholeIds(core.store, taken.delayed),
    leased: await withWholeIds(core.store, taken.leased),
    dead: await withWholeIds(core.store, dead),
    window_ms: WINDOW_MS,
    isFinishedComplete: lately.isComplete,
  };
}

/** Everything that is not finished, of one box or all; in batches, as to hand on each by itself costs as much as to find it. */
async function* waiting(
  core: Core,
  box?: Box,
  onFailure?: (error: unknown, state: WaitingState, box?: Box) => void,
): AsyncGenerator<readonly Entry[]> {
  for (const state of ['ready', 'leased', 'dead'] as const)
    yield* core.store.entries({
      state,
      ...(box !== undefined && { box }),
      ...(onFailure !== undefined && { onFailure: (error, where) => onFailure(error, state, where) }),
    });
}

async function registeredAgents(
  core: Core,
  onFailure?: (error: unknown) => void,
): Promise<ReadonlySet<string>> {
  return new Set((await core.store.agents({ onFailure })).map(({ agentId }) => agentId));
}

/** A tally for each box that is met. */
class Tallies {
  readonly #tallies = new Map<string, BoxTally>();
  /** The last one asked for: a listing asks for the same one again and again. */
  #last: { readonly box: Box; readonly tally: BoxTally } | null = null;

  of(box: Box): BoxTally {
    if (this.#last?.box === box) return this.#last.tally;
    const key = `${box.kind}/${box.agentId}`;
    const tally = this.#tallies.get(key) ?? new BoxTally(box);
    this.#tallies.set(key, tally);
    this.#last = { box, tally };
    return tally;
  }

  async summaries(
    core: Core,
    registered: ReadonlySet<string>,
    now_ms: number,
    onFailure: (error: unknown) => void,
  ): Promise<readonly BoxSummary[]> {
    const summaries: BoxSummary[] = [];
    const living = await core.store.livingHolders();
    for (const tally of this.#tallies.values())
      summaries.push(await tally.summary(core, registered.has(tally.box.agentId), now_ms, living, onFailure));
    return summaries.toSorted((a, b) => compareBoxes(a.box, b.box));
  }
}

function compareBoxes(a: Box, b: Box): number {
  if (a.kind !== b.kind) return a.kind === 'inbox' ? -1 : 1;
  return a.agentId < b.agentId ? -1 : 1;
}
