import type { DeadLetterReason } from '@tapps-agents/contracts';
import type { Awaitable, Durability } from '@tapps-agents/fs-atomic';
import type { Admission, BoxReader, Claimed, ClaimFilter, Release } from './claim.ts';
import type { DiagnoseOptions, Finding } from './diagnosis.ts';
import type { Box, Entry, Identity, MessageState, Outgoing } from './stored-message.ts';
import type { Journal } from './message-journal.ts';
import type { OperationLog } from './operation-log.ts';
import type { RetentionPolicy, RetentionReport, RetainOptions } from './retention-report.ts';
import type { StoredFile, DumpOptions, RestoreOutcome } from './stored-file.ts';

/**
 * The port between the queue and whatever keeps its messages. The queue decides (validation, retries,
 * handlers); a store keeps: it moves a message between states, atomically, for exactly one caller.
 * `store-conformance.ts` says what every engine must do; the files in `file-store/` are the default engine.
 *
 *     publish -> READY --claim--> LEASED --ack--> PROCESSED (the ledger)
 *                  ^                |
 *                  +---- release ---+--quarantine--> DEAD
 *                  +------------- revive ------------+
 *
 * Every verb that changes the state of a leased message throws QueueError `ERR_LEASE_LOST` when the lease is
 * no longer this holder's, and has then changed nothing. One that throws `SettledInDoubt` has done its work; only what makes that
 * last could not be done. After any other failure the message is leased as before.
 */

/** What became of a published message. */
export interface Receipt {
  readonly entryId: string;
  /** The level actually reached, which may be weaker than asked where the platform has no stronger one. */
  readonly durability: Durability;
}

/** A registered agent. */
export interface AgentRecord {
  readonly agentId: string;
}

/** How agents are listed. */
export interface AgentOptions {
  /** Gets the failure with each box that is there and whose agent cannot be told; default: it is reported as one in the background. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** The process behind a lease, as far as it is known. */
export interface Holder {
  readonly owner: string;
  readonly agentId: string | null;
  readonly pid: number | null;
  readonly host: string | null;
  /** `alive`: nothing speaks against it; `dead`: proven; `absent`: its session has ended. */
  readonly state: 'alive' | 'dead' | 'absent';
  /** No process: whoever has the lease's `entryId` settles it, until its time is over. */
  readonly detached: boolean;
  /** Of a detached holder: how much of its time is left, where that can be told from here. */
  readonly timeLeft_ms: number | null;
  /**
   * When its session last showed a sign of life, milliseconds since 1970 by the owner's clock; null where that is not known.
   * For people: clocks differ, and nothing is decided by it.
   */
  readonly beatAt_ms: number | null;
  /** For how long its session may show no sign of life before others may take over what it holds; missing where that is not known. */
  readonly lease_ms?: number;
}

/** What was finished lately. */
export interface FinishedLately {
  /** Boxes that finished something, in no particular order. Duplicates that were dropped do not count. */
  readonly boxes: readonly { readonly box: Box; readonly finished: number }[];
  /** False where not everything could be looked at, or not in a bounded time: then it was at least so many. */
  readonly isComplete: boolean;
}

/** A lease that was taken back from a holder that is gone. */
export interface Recovered {
  readonly entry: Entry;
  readonly holder: Holder;
}

/** Who paused what, and why. `agentId` null: everything. */
export interface Pause {
  readonly agentId: string | null;
  readonly pausedAt: string;
  readonly pausedBy: string | null;
  readonly note: string | null;
}

/** Narrows {@link Store.entries}. */
export interface EntryFilter {
  readonly state: MessageState;
  readonly box?: Box;
  /** Only ids that begin like this. */
  readonly idPrefix?: string;
  /** Only for `processed`, and only together with `box`. */
  readonly task?: { readonly workflowId: string; readonly taskId: string };
  /**
   * Gets the failure with a box that cannot be listed, and which it is where that is known, and the other boxes are; default: the
   * listing ends with it.
   */
  readonly onFailure?: ((error: unknown, box?: Box) => void) | undefined;
}

/** A dead message that is to be put back. */
export interface Revival {
  readonly entry: Entry;
  /** Where it goes; default: the box in which it died. */
  readonly box?: Box;
  /** The run in which it is to be handled; default: the one in which it died. */
  readonly run?: number;
  /** In which operation: then {@link Store.traceOfRevival} can tell that it was this one that did. */
  readonly operation?: string;
}

/** What tells that an operation moved a message. */
export interface RevivalTrace {
  /** When, in milliseconds since 1970, by the clock of the file system; null where that does not tell. */
  readonly at_ms: number | null;
  /**
   * True where it is the message itself that was renamed then. False: what is kept of it was, which follows at once; of a run that was
   * killed in between, when it was gone on with.
   */
  readonly isMove: boolean;
}

export interface PublishOptions {
  readonly durability: Durability;
  readonly signal?: AbortSignal;
}

/** What keeps the messages. One store serves one open queue; close it when done. */
export interface Store {
  /** Makes an agent known; true if it was not. */
  registerAgent(agentId: string): Promise<boolean>;
  /** Every registered agent, sorted by id. One that cannot be told is left out, and is a failure. */
  agents(options?: AgentOptions): Promise<readonly AgentRecord[]>;
  isRegistered(agentId: string): Awaitable<boolean>;
  /** Agents that have an outbox, sorted by id. One that cannot be told is left out, and is a failure. */
  writers(options?: AgentOptions): Promise<readonly AgentRecord[]>;

  /** Makes messages visible, each of them whole, in the order given. */
  publish(messages: readonly Outgoing[], options: PublishOptions): Promise<readonly Receipt[]>;
  /** The lease of sessions that begin from now on, in milliseconds; one that has begun keeps its own. */
  useLease(lease_ms: number): void;
  /**
   * Opens a box for claiming. `detachable`: what is claimed may be detached. `patient`: for consumers that go on and on; where
   * several of them claim from one box, each may leave to the others what seems to be theirs, and be told to come again in a moment.
   */
  openBox(
    box: Box,
    filter?: ClaimFilter,
    options?: { readonly detachable?: boolean; readonly patient?: boolean },
  ): BoxReader;
  /**
   * Decides whether a claimed message may be handled: `duplicate` when the ledger has its id, `contended` while
   * another copy is leased that may go on, `misnamed` when its header is not what its content says. Of two copies claimed at
   * once never more than one is admitted.
   */
  admit(claimed: Claimed, identity: Identity): Awaitable<Admission>;
  /** Confirms that the lease still holds, and that its session is alive. */
  renew(claimed: Claimed): Promise<void>;
  /** Finishes a message: one step moves it and records its id. `duplicate`: keeps it as a further copy. */
  ack(
    claimed: Claimed,
    identity: Identity,
    options: { readonly durability: Durability; readonly duplicate?: boolean },
  ): Promise<void>;
  /** Puts a message back into its box. */
  release(claimed: Claimed, release: Release): Promise<void>;
  /** Puts a message, bytes untouched, beside its reason; the reason first. Returns the dead entry's id. */
  quarantine(claimed: Claimed, reason: DeadLetterReason): Promise<string>;
  /**
   * Separates a lease, claimed as detachable, from this process: from now on it lasts for `lease_ms`, whatever becomes of the
   * process and of this store, unless it is settled. Called again, its time begins anew. Should it fail, all is as before.
   */
  detach(claimed: Claimed, lease_ms: number): Promise<void>;
  /**
   * The message of a detached lease, to be settled through this store; by its `entryId`, which no other lease ever has.
   * `ERR_LEASE_LOST` when it was settled or taken back, `ERR_INVALID_OPTION` for what is no such id, or the lease of a process.
   */
  attach(entryId: string): Promise<Claimed>;
  /**
   * Nobody here will settle this message any more, because every way to do so has failed: from now on `recover` may take it
   * back although its holder lives, and the store puts it back by itself as soon as it can; its journal gets a failure `lost`
   * either way. Never fails.
   */
  abandon(claimed: Claimed): void;
  /**
   * Takes back the leases of holders that are gone, in this box; each message's journal gets a failure `lost`. One holder or lease
   * with which it fails keeps back no other: it is reported as a background failure, and tried the next time.
   */
  recover(box: Box): Promise<readonly Recovered[]>;

  /** Lists messages in one state, a batch at a time, in no particular order. */
  entries(filter: EntryFilter): AsyncIterable<readonly Entry[]>;
  /** Which of these ids are ready or leased in a box. Lists the box once, whatever their number; reads no message. */
  unfinishedAmong(box: Box, ids: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  /** Reads a message as it is stored; undefined when it has moved on. */
  read(entry: Entry): Promise<Uint8Array | undefined>;
  /**
   * Whether an entry's header is that of a message with this id: so an id that was too long to be kept there, and was found elsewhere, is
   * known to be the one by which the entry is found. Of an outside writer's own file name never. Reads nothing.
   */
  isFiledUnder(entry: Entry, messageId: string): boolean;
  /**
   * The reason beside a dead message; undefined when there is none (any more).
   *
   * @throws MessageError where what is there is no whole reason; waiting does not help then, and the message can do without
   */
  reason(entry: Entry): Promise<DeadLetterReason | undefined>;
  /** Whether the ledger has this message for this box (in its run, see {@link Counters.run}). */
  isProcessed(
    box: Box,
    identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
    run?: number,
  ): Promise<boolean>;
  /**
   * Puts dead messages back into their boxes; of each, in the order given, whether this call did, false where somebody else was
   * first. The reasons go to the journals of the boxes that the messages go to. Each is told of its own failure, and none stops the others. `resetCounters`:
   * no failures, and all deliveries so far count as releases; their number stays, since it is the fencing token. Else its failures are
   * those that the entry is given with, at least those of its header.
   */
  reviveMany(
    revivals: readonly Revival[],
    options: { readonly resetCounters: boolean },
  ): Promise<readonly PromiseSettledResult<boolean>[]>;
  /**
   * Takes a dead message away because another was published in its place; false when somebody else was first. Its bytes and
   * its reason go to its journal. `operation`: as in a {@link Revival}.
   */
  supersede(entry: Entry, operation?: string): Promise<boolean>;
  /**
   * What tells that this very operation has put a dead message back, or taken it away for another, also where its process was killed and
   * could tell nobody. What somebody else did is never taken for it. Null where there is no trace (any more): one that was killed
   * before it kept the reason leaves none once the message is claimed.
   */
  traceOfRevival(
    revival: Revival & { readonly operation: string },
    options: { readonly resetCounters: boolean },
  ): Promise<RevivalTrace | null>;
  /**
   * Removes a ready or dead message for good, a dead one's reason too; false when it has moved on. One that is leased, or
   * finished, is never removed.
   */
  discard(entry: Entry): Promise<boolean>;
  /** Everything it keeps, each file whole. What moves meanwhile comes at least once, and maybe under several names. */
  dump(options: DumpOptions): AsyncIterable<StoredFile>;
  /** Takes in files that another store has dumped. Overwrites nothing; what was in hand is ready. */
  restore(
    files: readonly StoredFile[],
    options?: { readonly dryRun?: boolean },
  ): Promise<readonly RestoreOutcome[]>;
  /** What belongs to one message: its file and, of a dead one, its reason; empty where it has moved on. */
  dumpEntry(entry: Entry): Promise<readonly StoredFile[]>;
  /** What operators did to many messages at once. */
  readonly operationLog: OperationLog;
  /** Where a message is kept, for people: a path, a URL. */
  describeLocation(entry: Entry): string;
  /** The memory of a message. */
  journal(box: Box, messageId: string): Journal;
  /** Writes that are under way, or were left over by writers that died. */
  unfinished(): Promise<number>;
  /** What was finished since a moment (milliseconds since 1970), in bounded time however large the ledger is. */
  finishedSince(since_ms: number): Promise<FinishedLately>;
  /**
   * When a message came to be where it is, in milliseconds since 1970 as the store tells it; null where it does not tell. For people:
   * nothing else may rest on it.
   */
  movedAt(entry: Entry): Promise<number | null>;
  /** The process behind a lease. */
  holder(owner: string): Promise<Holder>;
  /** Sessions that have not ended, also of those with nothing in hand; at most a few hundred. A session begins with its first claim. */
  livingHolders(): Promise<readonly Holder[]>;

  /** Stops claiming, for one agent or (null) for all, until resumed. */
  pause(pause: Pause): Promise<void>;
  /** True if it was paused. */
  resume(agentId: string | null): Promise<boolean>;
  pauses(): Promise<readonly Pause[]>;
  /** Whether claiming from this agent's boxes is paused. */
  isPaused(agentId: string): Awaitable<boolean>;

  /** Removes what the policy no longer keeps; null when another process is at it. */
  retain(policy: RetentionPolicy, options: RetainOptions): Promise<RetentionReport | null>;
  /**
   * Looks for whatever is wrong with what it keeps, the worst first, and puts right what it can if asked to. `files`: how many
   * things were looked at. What cannot be looked at is a finding, not a failure.
   */
  diagnose(
    options: DiagnoseOptions,
  ): Promise<{ readonly files: number; readonly findings: readonly Finding[] }>;
  /**
   * Calls `changed` when a box (or, with null, the set of writers) may have new messages: a hint that can be
   * lost. Returns what stops it; null where the store has no hints.
   */
  watch(box: Box | null, changed: () => void): (() => void) | null;
  /** Ends the session; leases that are still held go back to their boxes at once, but for detached ones. */
  close(): Promise<void>;
}
