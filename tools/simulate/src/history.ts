import type { Durability } from '@tapps-agents/fs-atomic';
import type { Box, Claimed, Entry } from '@tapps-agents/queue';
import { DetachedDeliveries } from './detached-deliveries.ts';
import type { Machine } from './machine.ts';
import type { SplitFile, SplitFiles } from './power-loss.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { idInName } from './survey.ts';

/** What is known of one message that somebody sent. */
export interface SentMessage {
  readonly id: string;
  readonly text: string;
  readonly durability: Durability;
  /** How many times somebody began to send it. */
  attempts: number;
  /** The best level at which sending succeeded; null when it never did. */
  acknowledged: Durability | null;
  /** How often the power had been lost when sending last succeeded. */
  acknowledgedAtCrash: number;
}

/** The name of a lease ends with its owner. */
const leaseName = /~[0-9a-v]{8}\.json$/;

interface Finish {
  readonly durable: boolean;
  readonly crashes: number;
  readonly by: string;
}

interface OpenDelivery {
  readonly process: SimulatedProcess;
  readonly key: string;
  readonly entryId: string;
}

/** A promise that was broken: what the run is about. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** What happened to the messages of a run, and which promises it broke. */
export class History {
  readonly violations: Violation[] = [];
  readonly sent = new Map<string, SentMessage>();
  /** What outside writers wrote. */
  readonly outside = new Set<string>();
  /** Paths of links and of other things that are no files, put among the messages. */
  readonly strangers = new Set<string>();
  /** Deliveries that outlive their processes. */
  readonly detached: DetachedDeliveries;
  /** Entries of what was quarantined: their holder was told so. */
  readonly dead = new Set<string>();
  /** Where results of steps lie that are said to be remembered: what must outlive a loss of power. */
  readonly remembered = new Set<string>();
  /** How many times an operator began to put a copy of all that is finished back. */
  forcedReplays = 0;
  readonly #machine: Machine;
  readonly #root: string;
  readonly #forgets: boolean;
  readonly #finishes = new Map<string, Finish[]>();
  readonly #finishing = new Set<string>();
  readonly #settled = new Map<string, string>();
  readonly #open = new Map<string, OpenDelivery>();
  readonly #deliveries = new Map<string, { readonly entryId: string; readonly number: number }>();
  readonly #generations = new Map<string, string>();
  readonly #handedOut = new Set<string>();
  readonly #spoken = new Map<string, string[]>();
  readonly #steps = new Map<string, number>();
  /** By message: the ids of the tasks that its handler sent in the delivery that was acknowledged last. */
  readonly passedOn = new Map<string, readonly string[]>();
  /** Ids of messages that a disk without a journal has lost. */
  readonly lostIds = new Set<string>();
  /** Whether a disk without a journal has lost a file in the middle of its renames. */
  hasLostFiles = false;

  /** `forgets`: what is finished is forgotten, so that a further copy of it is handled again, and rightly so. */
  constructor(machine: Machine, root: string, forgets: boolean) {
    this.#forgets = forgets;
    this.#machine = machine;
    this.#root = root;
    this.detached = new DetachedDeliveries(machine, (rule, detail) => this.violate(rule, detail));
  }

  /** Notes a broken promise, the first of each rule. */
  violate(rule: string, detail: string): void {
    if (this.violations.some((violation) => violation.rule === rule)) return;
    this.violations.push({ rule, detail });
    this.#machine.trace.add(`VIOLATION ${rule}: ${detail}`);
  }

  sendBegan(id: string, text: string, durability: Durability): void {
    const message = this.sent.get(id);
    if (message === undefined) {
      const fresh = { id, text, durability, attempts: 1, acknowledged: null, acknowledgedAtCrash: 0 };
      this.sent.set(id, fresh);
    } else message.attempts += 1;
  }

  sendSucceeded(id: string, reached: Durability): void {
    const message = this.sent.get(id);
    if (message === undefined) return;
    if (message.acknowledged !== 'full') message.acknowledged = reached;
    message.acknowledgedAtCrash = this.#machine.crashes;
    this.#machine.trace.add(`sent ${id} ${reached}`);
  }

  /** What a disk without a journal did to files in the middle of their renames: nobody can promise anything about those. */
  split({ lost, doubled }: SplitFiles): void {
    this.hasLostFiles ||= lost.length > 0;
    for (const id of lost.map(idOf)) {
      const message = this.sent.get(id);
      if (message !== undefined) message.acknowledged = null;
      this.lostIds.add(id);
    }
    const durably = new Set(this.finishedDurably().map(({ id }) => id));
    for (const file of doubled) {
      const id = idOf(file);
      const message = this.sent.get(id);
      if (message === undefined) continue;
      // The only copy, finished at `full`: its lease must not have come back, as that directory was flushed. What it was called
      // before it was claimed may: a claim is not flushed.
      const leftLeased = file.left.some((name) => idInName(name) !== null && leaseName.test(name));
      if (message.attempts === 1 && durably.has(id) && leftLeased) continue;
      message.attempts += 1;
    }
  }

  /** A handler sends a task on, with its acknowledgement. */
  passes(process: SimulatedProcess, entry: InHand, id: string): void {
    this.#spoken.set(deliveryOf(process, entry), [id]);
  }

  /** Somebody outside of the queue was given a delivery: a handler, or who takes messages by hand. */
  handedOut(process: SimulatedProcess, entry: InHand): void {
    // Of an earlier delivery that had this number and was put back nothing was sent.
    this.#spoken.delete(deliveryOf(process, entry));
    this.#handedOut.add(deliveryOf(process, entry));
  }

  /** Put back as if it had not been claimed. Where nobody was given it, its number may come again. */
  undelivered(process: SimulatedProcess, { entry }: Claimed): void {
    const delivery = { ...entry, message_id: entry.messageId ?? '' };
    if (this.#handedOut.has(deliveryOf(process, delivery))) return;
    for (const [lineage, { entryId, number }] of this.#deliveries) {
      if (entryId === entry.entryId) this.#deliveries.set(lineage, { entryId, number: number - 1 });
    }
  }

  /** Whether a claimed message is no longer where its lease was. */
  hasLeft({ entry }: Claimed): boolean {
    return this.#machine.disk.find(`${this.#root}/${entry.entryId}`) === undefined;
  }

  /** A handler begins a step that is to be done once; to be called with `done` when its result is remembered. */
  step(entry: InHand, done: boolean, isDurable: boolean): void {
    const key = `${entry.box.agentId}/${entry.message_id}#${entry.run}`;
    const crash = this.#steps.get(key);
    if (done) {
      this.#steps.set(key, this.#machine.crashes);
      if (isDurable) this.#remember(entry);
    } else if (crash !== undefined && !this.#forgets && (isDurable || crash === this.#machine.crashes)) {
      this.violate('step done again', key);
    }
  }

  #remember({ box, message_id }: InHand): void {
    for (const { path } of this.#machine.disk.files(`${this.#root}/journal/${box.kind}`))
      if (path.includes(`/${message_id}/once~`)) this.remembered.add(path);
  }

  /** The store let a process handle a message. */
  admitted(process: SimulatedProcess, claimed: Claimed, id: string): void {
    const { entry } = claimed;
    const key = keyOf(entry.box, id, entry.run);
    this.#machine.trace.add(`admitted ${process.name} ${key} ${entry.entryId}`);
    // Its lease may have been taken over while it looked into the ledger; then its handler is stopped as it begins.
    const isLeased = this.#machine.disk.find(`${this.#root}/${entry.entryId}`) !== undefined;
    if (this.#forgets && !isLeased) return;
    const finish = this.#finishes.get(key)?.find((one) => this.#stands(one));
    if (finish !== undefined && !this.#mayComeAgain(id)) {
      this.violate('handled again', `${process.name} handles ${key}, which ${finish.by} had acknowledged`);
    }
    if (!isLeased) return;
    for (const other of this.#open.values()) {
      if (other.key !== key || this.#machine.disk.find(`${this.#root}/${other.entryId}`) === undefined)
        continue;
      this.violate(
        'two at once',
        `${process.name} and ${other.process.name} both handle ${key} (${other.entryId})`,
      );
    }
    this.#checkDelivery(entry);
    this.#open.set(entry.entryId, { process, key, entryId: entry.entryId });
  }

  ackBegan(process: SimulatedProcess, { entry }: Claimed, id: string, duplicate: boolean): void {
    this.#finishing.add(keyOf(entry.box, id, entry.run));
    if (duplicate || entry.run > 0 || entry.box.kind === 'outbox') return;
    this.passedOn.set(id, this.#spoken.get(deliveryOf(process, { ...entry, message_id: id })) ?? []);
  }

  /** An acknowledgement succeeded: of a message that was handled, or of a further copy of one. */
  acked(process: SimulatedProcess, claimed: Claimed, id: string, durable: boolean, duplicate: boolean): void {
    const { entry } = claimed;
    this.settled(process, entry.entryId, 'ack');
    if (duplicate) return;
    const key = keyOf(entry.box, id, entry.run);
    const finishes = this.#finishes.get(key) ?? [];
    const earlier = finishes.find((one) => this.#stands(one));
    if (earlier !== undefined && !this.#mayComeAgain(id)) {
      this.violate('finished twice', `${process.name} and ${earlier.by} both acknowledged ${key}`);
    }
    finishes.push({ durable, crashes: this.#machine.crashes, by: process.name });
    this.#finishes.set(key, finishes);
  }

  /** A holder was told that it has settled a delivery. */
  settled(process: SimulatedProcess, entryId: string, how: string): void {
    this.#machine.trace.add(`${how} ${process.name} ${entryId}`);
    const by = this.#settled.get(entryId);
    if (by !== undefined)
      this.violate('lease honoured twice', `${entryId}: ${by}, then ${how} by ${process.name}`);
    this.#settled.set(entryId, `${how} by ${process.name}`);
    this.#open.delete(entryId);
  }

  lost(entryId: string): void {
    this.#open.delete(entryId);
  }

  /**
   * Whether somebody finished this message, or (`orBegan`) was about to: for when what they left can be gone before they
   * heard of their success.
   */
  isFinished(box: Box, id: string, orBegan: boolean): boolean {
    const key = keyOf(box, id, 0);
    return this.#finishes.has(key) || (orBegan && this.#finishing.has(key));
  }

  /** What was acknowledged at durability `full`, where that is reached. */
  finishedDurably(): { readonly box: string; readonly id: string }[] {
    return [...this.#finishes].flatMap(([key, finishes]) => {
      const [, box, id] = /^([^/]+)\/[^/]+\/(.*)#0$/.exec(key) ?? [];
      if (box === undefined || id === undefined || !finishes.some(({ durable }) => durable)) return [];
      return { box, id };
    });
  }

  /** Ids of messages in this box that were handled and acknowledged. */
  finishedIn(box: Box): string[] {
    const prefix = `${box.kind}/${box.agentId}/`;
    return [...this.#finishes.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length).replace(/#\d+$/, ''));
  }

  /**
   * Somebody holds the mutex, under this generation. Where directories cannot be flushed, a loss of power may take
   * generations back, and nobody can promise otherwise.
   */
  held(process: SimulatedProcess, generation: string, isDurable: boolean): void {
    this.#machine.trace.add(`hold ${process.name} generation ${generation}`);
    const name = isDurable ? generation : `${generation} after ${this.#machine.crashes} crashes`;
    const earlier = this.#generations.get(name);
    if (earlier !== undefined) {
      this.violate('generation used twice', `${generation}: by ${earlier} and by ${process.name}`);
    }
    this.#generations.set(name, process.name);
  }

  /** An operator put a dead message back, to be counted from one again. */
  revived(): void {
    this.#deliveries.clear();
  }

  #mayComeAgain(id: string): boolean {
    return this.#forgets && (this.sent.get(id)?.attempts ?? 2) > 1;
  }

  /** A crash may undo what was not flushed. */
  #stands({ durable, crashes }: Finish): boolean {
    return durable || crashes === this.#machine.crashes;
  }

  /** The fencing token of one file only ever grows, unless the power was lost or an operator began anew. */
  #checkDelivery(entry: Entry): void {
    const inode = this.#machine.disk.find(`${this.#root}/${entry.entryId}`);
    if (inode === undefined) return;
    const lineage = `${inode.id} ${this.#machine.crashes} ${entry.run}`;
    const earlier = this.#deliveries.get(lineage)?.number ?? 0;
    if (entry.deliveries <= earlier) {
      this.violate('delivery number used twice', `${entry.entryId}: ${earlier}, then ${entry.deliveries}`);
    }
    this.#deliveries.set(lineage, { entryId: entry.entryId, number: entry.deliveries });
  }
}

/** A delivery, as its handler and its store both know it. */
export interface InHand {
  readonly box: Box;
  readonly message_id: string;
  readonly run: number;
  readonly deliveries: number;
}

function deliveryOf(process: SimulatedProcess, { box, message_id, run, deliveries }: InHand): string {
  return `${process.pid} ${keyOf(box, message_id, run)} ${deliveries}`;
}

function idOf({ data, names }: SplitFile): string {
  const told = /"message_id": ?"([^"]+)"/.exec(new TextDecoder().decode(data))?.[1];
  return told ?? names.map(idInName).find((id) => id !== null) ?? '';
}

function keyOf(box: Box, id: string, run: number): string {
  return `${box.kind}/${box.agentId}/${id}#${run}`;
}
