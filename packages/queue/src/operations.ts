import type { DeadLetterReason, ReasonCode } from '@tapps-agents/contracts';
import type { DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import type { Duration } from './duration.ts';
import type { OperationRecord } from './operation-log.ts';
import type { AgentReport, DeadLetter, Inspection, MessageReport, OperationsAbout } from './reports.ts';
import type { RetentionClass, RetentionReport } from './retention-report.ts';
import type { StoredFile } from './stored-file.ts';
import type { Box, BoxKind, Entry } from './stored-message.ts';

/** Which messages to replay; all conditions must hold. */
export interface ReplayFilter {
  readonly agentId?: string;
  /** Of an inbox, or of an outbox. */
  readonly boxKind?: BoxKind;
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
  readonly filter?: Omit<ReplayFilter, 'agentId' | 'boxKind'>;
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
