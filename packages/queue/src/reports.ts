import type { DeadLetterReason, Failure, Message } from '@tapps-agents/contracts';
import type { HandBack } from './message-journal.ts';
import type { OperationRecord } from './operation-log.ts';
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
