import type { DeadLetterReason, Failure, Message, ReasonCode } from '@tapps-agents/contracts';
import type { DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import type { Duration } from './duration.ts';
import type { OperationRecord } from './operation-log.ts';
import type { RetentionClass, RetentionReport } from './retention-report.ts';
import type { StoredFile } from './stored-file.ts';
import type { HandBack } from './message-journal.ts';
import type { Holder, Pause } from './store.ts';
import type { Box, Entry } from './stored-message.ts';
import type { Unreadable } from './unreadable.ts';

/** How many messages of a box are in each state, from one look at it. */
export interface BoxSummary {
  readonly box: Box;
  readonly registered: boolean;
  /** What a consumer may take now, `unadopted` among it. */
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
  readonly dead: number;
  /** Age of the oldest ready message in milliseconds; null when there is none whose name tells it. */
  readonly oldestReady_ms: number | null;
  /** How many of the ready are files under outside writers' names, which nobody has looked into: their ages and types are not known. */
  readonly unadopted: number;
  readonly holders: readonly (Holder & { readonly leases: number })[];
  /** Types of its ready messages, as far as names tell them, the most first; at most five. */
  readonly readyTypes: readonly string[];
  /**
   * Of an inbox: how many processes are known to consume as its agent, also those with nothing in hand. One that has never claimed a
   * message is not known.
   */
  readonly workers: number;
  /**
   * Messages that were finished in the last {@link Inspection.window_ms}, by the times of their ledger entries; duplicates that
   * were dropped and dead letters do not count.
   */
  readonly finished: number;
  /** The states in which its messages could not be listed, or not all: what is counted of these, and the oldest, is the least. */
  readonly unlisted: readonly ('ready' | 'leased' | 'dead')[];
}

/** One look at everything. */
export interface Inspection {
  readonly root: string;
  readonly takenAt: string;
  readonly boxes: readonly BoxSummary[];
  readonly pauses: readonly Pause[];
  /** Files being written, or left over by writers that died. */
  readonly temporary: number;
  /** The length of time that `finished` counts, in milliseconds: a minute. */
  readonly window_ms: number;
  /** False where the ledger is too large to be looked at whole in a moment: `finished` is then a least count. */
  readonly isFinishedComplete: boolean;
  /** What could not be looked at and so is not counted, each one time, at most a hundred; empty when all could be. */
  readonly unreadable: readonly Unreadable[];
}

/** One look at the boxes of one agent, and at most ten messages of each kind. */
export interface AgentReport {
  readonly agentId: string;
  readonly takenAt: string;
  /** Its inbox and its outbox, as far as they are there. */
  readonly boxes: readonly BoxSummary[];
  /** What pauses it: a pause of its own, or of everything. */
  readonly pauses: readonly Pause[];
  /** Ready in its inbox, in the order in which they will be handed out. */
  readonly next: readonly Entry[];
  /** Not ready yet, the soonest first. */
  readonly delayed: readonly Entry[];
  /** Being handled, the oldest first. */
  readonly leased: readonly Entry[];
  /** Dead letters, the youngest messages first. */
  readonly dead: readonly Entry[];
  /** As in {@link Inspection}. */
  readonly window_ms: number;
  readonly isFinishedComplete: boolean;
}

/** Everything known of one message. */
export interface MessageReport {
  readonly entry: Entry;
  readonly location: string;
  /** Null when it cannot be parsed; `raw` has it then. */
  readonly message: Message | null;
  /** The bytes as text, cut after 64 KiB. */
  readonly raw: string;
  /** Why the bytes cannot be read; null where they were. */
  readonly contentFault?: string | null;
  readonly holder: Holder | null;
  readonly reason: DeadLetterReason | null;
  /** Why a reason that is there cannot be read. */
  readonly reasonFault?: string | null;
  /** What is wrong with a reason that is there and is damaged. */
  readonly reasonDamage?: string | null;
  readonly failures: readonly Failure[];
  /** Deliveries that were handed back without blame, the oldest first, at most the last 100; as far as they were written down. */
  readonly handBacks: readonly HandBack[];
  /** When it came to be where it is, as the file system tells, in milliseconds since 1970; null where it does not. */
  readonly movedAt_ms: number | null;
  /** Why it had died before, each time that it was brought back, also in another box; the oldest first. */
  readonly deaths: readonly DeadLetterReason[];
  /** What operators did with it. */
  readonly operations: OperationsAbout;
  /** The replay that published it in the place of another message, its cause; null where none did, or no record tells. */
  readonly origin: OperationMark | null;
}

/** One process at an operation: from when it began, or went on with it, to when it ended or another went on; null where neither has come. */
export interface OperationRun {
  /** Who, for people; empty where that is not known any more. */
  readonly by: string;
  readonly from: string;
  readonly to: string | null;
}

/** A message in the set of a replay or a purge, as it was then. */
export interface OperationMark {
  readonly operation: OperationRecord;
  readonly entry: Entry;
  /** The id of the message that goes in its place, where the replay was to change it; null where it goes as it is. */
  readonly insteadId: string | null;
  /** True where names tell that it was this replay that moved it; else it was this one or another, or none. */
  readonly isProven?: boolean;
  /**
   * Who may have acted on it, of those who were at the operation one after the other; several where it cannot be told which of them.
   * Missing: whoever began it.
   */
  readonly runs?: readonly OperationRun[];
  /** When it was moved, as its files tell; null or missing where nothing does. */
  readonly movedAt?: string | null;
}

/** In which sets of replays and purges a message was; the oldest first. */
export interface OperationsAbout {
  readonly marks: readonly OperationMark[];
  /** False where there are more records than are looked through: these are of the newest. */
  readonly isComplete: boolean;
}

/** A dead message with its reason; null where the reason is missing, damaged, or cannot be read. */
export interface DeadLetter {
  readonly entry: Entry;
  readonly location: string;
  readonly reason: DeadLetterReason | null;
  /**
   * Why a reason that is there cannot be read. Such a letter is listed whatever a filter asks of its reason, as nobody can tell, and
   * no replay moves it.
   */
  readonly reasonFault?: string | null;
  /**
   * What is wrong with a reason that is there and is damaged: half written, or no reason at all. Such a letter is chosen and replayed
   * like one without a reason; a replay keeps the damaged file in the message's journal.
   */
  readonly reasonDamage?: string | null;
}

/** Which messages to replay; all conditions must hold. */
export interface ReplayFilter {
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly taskId?: string;
  readonly messageType?: string;
  readonly code?: ReasonCode;
  /** A message_id, or an entry id, as of a letter that says none; where no message has just this, the beginning of a message_id. */
  readonly id?: string;
  /** Quarantined (or processed) before / after, milliseconds since 1970. */
  readonly before_ms?: number;
  readonly after_ms?: number;
  readonly limit?: number;
}

/** What a replay would do, or did, with one message. */
export interface ReplayStep {
  readonly entry: Entry;
  readonly messageId: string | null;
  readonly reason: DeadLetterReason | null;
  readonly to: Box;
  /**
   * `replay`: goes back to its box; `skip_processed`: the ledger has it; `will_fail`: its content is still invalid and it
   * would only come back; `unedited`: the editor left it as it was; `gone`: somebody else was first;
   * `replayed`: done, now or by the run that `resumeReplay` goes on with.
   */
  readonly outcome: 'replay' | 'skip_processed' | 'will_fail' | 'unedited' | 'gone' | 'replayed';
  /** Why, in a sentence. */
  readonly detail: string;
}

/** Options of `replay`. */
export interface ReplayOptions {
  readonly filter?: ReplayFilter;
  /** Default `dead`. From `processed`, messages are handled again only with `force`. */
  readonly from?: 'dead' | 'processed';
  /** Default true: only say what would happen. */
  readonly dryRun?: boolean;
  /** Replay also what the ledger has (a new run) and what is known to fail again. */
  readonly force?: boolean;
  /** Default true: start counting deliveries and failures anew. */
  readonly resetCounters?: boolean;
  /**
   * Into the inbox of this agent. A task that names another goes as a new message, assigned to this agent, with the old one as
   * `metadata.causation_id`; the dead one goes to its journal.
   */
  readonly to?: string;
  /** At most so many a second. Default: as fast as it goes. */
  readonly rate?: number;
  /**
   * Asked for each message of the set, with its text, what to replay in its place; null leaves it where it is. What is not
   * valid is handed back with what is wrong. It is replayed as a new message, as with `to`. Not in a dry run.
   */
  readonly edit?: (request: EditRequest) => Promise<string | null>;
  /** Who replays, for the record. Default: the queue's agent. */
  readonly by?: string;
  /** Called when the set is fixed and written down, before the first message is moved; not where it is empty. */
  readonly onBegin?: (record: OperationRecord) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** A message to edit. */
export interface EditRequest {
  readonly letter: DeadLetter;
  /** What is to be edited: its JSON, or what the editor made of it last. */
  readonly text: string;
  /** What is wrong with `text`; null the first time. */
  readonly fault: string | null;
}

/** Options of `resumeReplay`. */
export interface ResumeReplayOptions extends Pick<ReplayOptions, 'rate' | 'onBegin' | 'signal'> {
  /** Who goes on with it, for the record. Default: the queue's agent. */
  readonly by?: string;
  /** Default false. True: only say what would become of those that are left; changes nothing, and `onBegin` is not called. */
  readonly dryRun?: boolean;
}

/** Options of `purge`. */
export interface PurgeOptions {
  readonly box: Box;
  /** Which of its messages. Those in hand and those in the ledger are never removed. */
  readonly state: 'ready' | 'dead';
  /** All conditions must hold; `before_ms` and `after_ms` are of when a ready message was made, a dead one quarantined. */
  readonly filter?: Omit<ReplayFilter, 'agentId'>;
  /** Default true: only say what would go. */
  readonly dryRun?: boolean;
  /** Takes the content of the whole set before the first is removed. Where it fails, nothing is removed. */
  readonly keep?: (set: AsyncIterable<StoredFile>) => Promise<void>;
  /** Who removes them, for the record. Default: the queue's agent. */
  readonly by?: string;
  /** Called when the set is fixed and, unless the disk is full, written down; not where it is empty. */
  readonly onBegin?: (record: OperationRecord) => void | Promise<void>;
  /** Called at the end where the disk was too full to the last for all of the record: which ids went is then not written down. */
  readonly onUnrecorded?: (error: unknown) => void;
  readonly signal?: AbortSignal;
}

/** What a purge would do, or did, with one message. */
export interface PurgeStep {
  readonly entry: Entry;
  readonly messageId: string | null;
  /**
   * `purge`: would go; `purged`: is removed; `gone`: it was claimed, replayed or removed by somebody else, and not touched;
   * `unknown`: the filter asks for what stands in its reason, and that cannot be read, so it stays where it is.
   */
  readonly outcome: 'purge' | 'purged' | 'gone' | 'unknown';
  /** Why the reason cannot be read, of one that is `unknown`. */
  readonly reasonFault?: string;
}

/** Options of `retain`. What is left out is as the queue was opened. */
export interface RetainNowOptions {
  readonly dryRun?: boolean;
  /** Null: whatever their age. */
  readonly processedMaxAge?: Duration | null;
  /** Null: however many. */
  readonly processedMaxCount?: number | null;
  /** Dead letters older than this go, with their reasons. Null: none goes. */
  readonly deadMaxAge?: Duration | null;
  /** Called for each file that was removed or, in a dry run, would be. */
  readonly onFile?: (what: RetentionClass, bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** What operators do. All of it works beside live agents. */
export interface Operations {
  inspect(): Promise<Inspection>;
  /** One agent's boxes. Rejects with `ERR_UNKNOWN_AGENT` where there are none. */
  inspectAgent(agentId: string): Promise<AgentReport>;
  /** Finds a message in any state by its id, its beginning, or an entry id. Rejects with `ERR_NOT_FOUND` / `ERR_AMBIGUOUS_ID`. */
  find(id: string): Promise<readonly MessageReport[]>;
  deadLetters(filter?: ReplayFilter): AsyncIterable<DeadLetter>;
  /** Plans over a fixed set, then (unless dry) acts step by step; one failing step does not stop the others. */
  replay(options?: ReplayOptions): AsyncIterable<ReplayStep>;
  /** Goes on with a replay that was interrupted or killed; null: with the last. Rejects with `ERR_NOT_FOUND`. */
  resumeReplay(id: string | null, options?: ResumeReplayOptions): AsyncIterable<ReplayStep>;
  /**
   * Removes the messages of one box for good; unless told otherwise, only says which. Writes down which, before it does; where the
   * disk is too full for that, as soon as what it removed has made room.
   */
  purge(options: PurgeOptions): AsyncIterable<PurgeStep>;
  /**
   * What operators did to many messages at once, the newest first. Of a replay that is under way, or was killed, the tally has also
   * what it did after its record was last written, as far as its traces tell: `replayed`, where they tell that it was this replay;
   * `moved`, where a message is where it was to go, and may have been moved by this replay or by another program.
   */
  log(): AsyncIterable<OperationRecord>;
  /** What operators did with the message of this id, wherever it is now, or is no more. */
  loggedOf(messageId: string): Promise<OperationsAbout>;
  /** The messages that an operation was for. Rejects with `ERR_NOT_FOUND`. */
  logged(id: string): AsyncIterable<Entry>;
  /** `by`: who, for whoever finds it paused. Default: the queue's agent. */
  pause(options?: { readonly agentId?: string; readonly note?: string; readonly by?: string }): Promise<void>;
  resume(options?: { readonly agentId?: string }): Promise<boolean>;
  /** Runs retention now; null when another process is at it. */
  retain(options?: RetainNowOptions): Promise<RetentionReport | null>;
  /**
   * Looks for whatever is wrong in the whole directory: reads every name and every waiting message, and makes an empty file
   * for a moment. With `mend`, puts right what can be without losing anything.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;
}
