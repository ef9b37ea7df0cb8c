import { letterOf } from '@tapps-agents/queue';
import type { Box, DeadLetter, Entry, Holder, Inspection, Queue } from '@tapps-agents/queue';
import { letsMessage } from './screen-filter.ts';
import type { WatchEvent } from './watch-event.ts';

/** So many leases and dead letters are told apart; beyond that they are only counted, so that memory is bounded. */
const MOST_TOLD_APART = 10_000;
/** So many leases and dead letters are shown. */
const MOST_SHOWN = 50;

/** A message in hand. */
export interface InHand {
  readonly entry: Entry;
  readonly holder: Holder;
}

/** What one look has shown. */
export interface Look {
  readonly inspection: Inspection;
  /** The oldest first. */
  readonly inHand: readonly InHand[];
  /** The youngest messages first. */
  readonly dead: readonly DeadLetter[];
  /** What has happened since the look before, as far as two looks can tell. */
  readonly events: readonly WatchEvent[];
}

/**
 * Looks at a queue again and again, and tells what has changed in between. What comes and goes between two looks is not
 * seen. It holds no lease and changes nothing; its memory does not grow with the queue, nor with time.
 */
export class Watcher {
  readonly #queue: Queue;
  readonly #now: () => number;
  #waiting: ReadonlyMap<string, number> | null = null;
  #leases: ReadonlyMap<string, Entry> = new Map();
  #dead: ReadonlyMap<string, Entry> = new Map();
  #paused: ReadonlySet<string> = new Set();
  /** Reasons do not change, so those of the dead letters that are shown are read once. */
  #letters: ReadonlyMap<string, DeadLetter> = new Map();

  constructor(queue: Queue, now: () => number) {
    this.#queue = queue;
    this.#now = now;
  }

  /** `filter`: of messages in hand and dead letters, those that are shown are chosen among what it lets through. */
  async look(filter = ''): Promise<Look> {
    const inspection = await this.#queue.operations.inspect();
    const leases = await this.#toldApart('leased');
    const dead = await this.#toldApart('dead');
    const isFirst = this.#waiting === null;
    const waiting = new Map(inspection.boxes.map((one) => [nameOf(one.box), one.ready + one.delayed]));
    const paused = new Set(inspection.pauses.map(({ agentId }) => agentId ?? ''));
    const events = isFirst
      ? []
      : [
          ...(await this.#deaths(dead)),
          ...(await this.#leaseEvents(leases, dead)),
          ...this.#arrivals(inspection),
          ...this.#pauses(paused),
        ];
    [this.#waiting, this.#leases, this.#dead, this.#paused] = [waiting, leases, dead, paused];
    return {
      inspection,
      inHand: await this.#inHand(leases, inspection, filter),
      dead: await this.#newest(dead, filter),
      events,
    };
  }

  async #toldApart(state: 'leased' | 'dead'): Promise<ReadonlyMap<string, Entry>> {
    const entries = new Map<string, Entry>();
    for await (const batch of this.#queue.store.entries({ state })) {
      for (const entry of batch) {
        if (entries.size >= MOST_TOLD_APART) return entries;
        entries.set(entry.entryId, entry);
      }
    }
    return entries;
  }

  async #deaths(dead: ReadonlyMap<string, Entry>): Promise<readonly WatchEvent[]> {
    if (this.#dead.size >= MOST_TOLD_APART || dead.size >= MOST_TOLD_APART) return [];
    const left = missingIn(dead, this.#dead);
    // The others may have been removed, replayed to another agent, or be finished by now.
    const back = await this.#unfinishedOf(left);
    return [
      ...missingIn(this.#dead, dead).map((entry) => this.#event('died', entry)),
      ...left.map((entry) => {
        const how: WatchEvent['how'] = back.has(entry) ? 'replayed' : null;
        return { ...this.#event('left_dead', entry), how };
      }),
    ];
  }

  async #leaseEvents(
    leases: ReadonlyMap<string, Entry>,
    dead: ReadonlyMap<string, Entry>,
  ): Promise<readonly WatchEvent[]> {
    if (this.#leases.size >= MOST_TOLD_APART || leases.size >= MOST_TOLD_APART) return [];
    const died = new Set([...dead.values()].map(keyOf));
    const letGo = missingIn(leases, this.#leases).filter((entry) => !died.has(keyOf(entry)));
    const isKnown = dead.size < MOST_TOLD_APART;
    const waiting = isKnown ? await this.#unfinishedOf(letGo) : new Set<Entry>();
    return [
      ...missingIn(this.#leases, leases).map((entry) => this.#event('taken', entry)),
      ...letGo.map((entry) => {
        const how: WatchEvent['how'] = waiting.has(entry) ? 'handed_back' : 'finished';
        return { ...this.#event('let_go', entry), how: isKnown && entry.messageId !== null ? how : null };
      }),
    ];
  }

  /** Which of these wait in their boxes now, or are in hand. Each box is listed once. */
  async #unfinishedOf(gone: readonly Entry[]): Promise<ReadonlySet<Entry>> {
    const byBox = new Map<string, Entry[]>();
    for (const entry of gone) byBox.set(nameOf(entry.box), [...(byBox.get(nameOf(entry.box)) ?? []), entry]);
    const unfinished = new Set<Entry>();
    for (const entries of byBox.values()) {
      const ids = new Set(entries.flatMap(({ messageId }) => messageId ?? []));
      const [first] = entries;
      const there =
        first === undefined ? new Set<string>() : await this.#queue.store.unfinishedAmong(first.box, ids);
      for (const entry of entries) if (there.has(entry.messageId ?? '')) unfinished.add(entry);
    }
    return unfinished;
  }

  #arrivals({ boxes }: Inspection): readonly WatchEvent[] {
    return boxes.flatMap(({ box, ready, delayed }) => {
      const more = ready + delayed - (this.#waiting?.get(nameOf(box)) ?? 0);
      return more > 0
        ? [this.#event('arrived', { box, messageId: null, messageType: '', deliveries: 0 }, more)]
        : [];
    });
  }

  #pauses(paused: ReadonlySet<string>): readonly WatchEvent[] {
    const of = (name: 'paused' | 'resumed', agentId: string): WatchEvent =>
      this.#event(
        name,
        { box: null, messageId: null, messageType: '', deliveries: 0 },
        1,
        agentId === '' ? null : agentId,
      );
    return [
      ...[...paused].filter((one) => !this.#paused.has(one)).map((one) => of('paused', one)),
      ...[...this.#paused].filter((one) => !paused.has(one)).map((one) => of('resumed', one)),
    ];
  }

  #event(
    event: WatchEvent['event'],
    about: Pick<Entry, 'messageId' | 'messageType' | 'deliveries'> & { readonly box: Box | null },
    count = 1,
    agentId: string | null = about.box?.agentId ?? null,
  ): WatchEvent {
    const { box, messageId, messageType, deliveries } = about;
    const at_ms = this.#now();
    return { event, how: null, at_ms, box, agentId, messageId, messageType, delivery: deliveries, count };
  }

  async #inHand(
    leases: ReadonlyMap<string, Entry>,
    { boxes }: Inspection,
    filter: string,
  ): Promise<readonly InHand[]> {
    const holders = new Map(
      boxes.flatMap((box) => box.holders.map((holder) => [holder.owner, holder] as const)),
    );
    const oldest = [...leases.values()]
      .filter((entry) => letsMessage(entry, filter))
      .toSorted((a, b) => a.createdAt_ms - b.createdAt_ms)
      .slice(0, MOST_SHOWN);
    const inHand: InHand[] = [];
    for (const entry of oldest) {
      const owner = entry.owner ?? '';
      inHand.push({ entry, holder: holders.get(owner) ?? (await this.#queue.store.holder(owner)) });
    }
    return inHand;
  }

  async #newest(dead: ReadonlyMap<string, Entry>, filter: string): Promise<readonly DeadLetter[]> {
    const newest = [...dead.values()]
      .filter((entry) => letsMessage(entry, filter))
      .toSorted((a, b) => b.createdAt_ms - a.createdAt_ms)
      .slice(0, MOST_SHOWN);
    const letters = new Map<string, DeadLetter>();
    for (const entry of newest) {
      const known = this.#letters.get(entry.entryId);
      // What could not be read may be readable by now, and what was damaged be whole again.
      // One reason that cannot be read must not hide all else: it is told in its line, as the listing of dead letters does.
      letters.set(entry.entryId, known?.reason ? known : await letterOf(this.#queue.store, entry));
    }
    this.#letters = letters;
    return [...letters.values()];
  }
}

/** What the second has and the first has not. */
function missingIn(first: ReadonlyMap<string, Entry>, second: ReadonlyMap<string, Entry>): readonly Entry[] {
  return [...second].flatMap(([entryId, entry]) => (first.has(entryId) ? [] : [entry]));
}

function nameOf({ kind, agentId }: Box): string {
  return `${kind}/${agentId}`;
}

function keyOf({ box, messageId, createdAt_ms }: Entry): string {
  return `${nameOf(box)} ${messageId ?? createdAt_ms}`;
}
