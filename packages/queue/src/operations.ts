import type { DeadLetterReason, Failure, Message, ReasonCode } from '@tapps-agents/contracts';
import type { DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import type { Holder, Pause, RetentionReport } from './store.ts';
import type { Box, Entry } from './stored-message.ts';

/** How many messages of a box are in each state, from one look at it. */
export interface BoxSummary {
  readonly box: Box;
  readonly registered: boolean;
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
  readonly dead: number;
  /** Age of the oldest ready message in milliseconds; null when there is none. */
  readonly oldestReady_ms: number | null;
  /** Files in the box that are not messages of ours yet: outside writers' names, not looked into. */
  readonly unadopted: number;
  readonly holders: readonly (Holder & { readonly leases: number })[];
}

/** One look at everything. */
export interface Inspection {
  readonly root: string;
  readonly takenAt: string;
  readonly boxes: readonly BoxSummary[];
  readonly pauses: readonly Pause[];
  /** Files being written, or left over by writers that died. */
  readonly temporary: number;
}

/** Everything known of one message. */
export interface MessageReport {
  readonly entry: Entry;
  readonly location: string;
  /** Null when it cannot be parsed; `raw` has it then. */
  readonly message: Message | null;
  /** The bytes as text, cut after 64 KiB. */
  readonly raw: string;
  readonly holder: Holder | null;
  readonly reason: DeadLetterReason | null;
  readonly failures: readonly Failure[];
}

/** A dead message with its reason; null where the reason is missing. */
export interface DeadLetter {
  readonly entry: Entry;
  readonly location: string;
  readonly reason: DeadLetterReason | null;
}

/** Which messages to replay; all conditions must hold. */
export interface ReplayFilter {
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly taskId?: string;
  readonly messageType?: string;
  readonly code?: ReasonCode;
  /** A message_id, or its beginning. */
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
   * would only come back; `gone`: somebody else was first; `replayed`: done.
   */
  readonly outcome: 'replay' | 'skip_processed' | 'will_fail' | 'gone' | 'replayed';
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
  readonly signal?: AbortSignal;
}

/** What operators do. All of it works beside live agents. */
export interface Operations {
  inspect(): Promise<Inspection>;
  /** Finds a message in any state by its id, its beginning, or an entry id. Rejects with `ERR_NOT_FOUND` / `ERR_AMBIGUOUS_ID`. */
  find(id: string): Promise<readonly MessageReport[]>;
  deadLetters(filter?: ReplayFilter): AsyncIterable<DeadLetter>;
  /** Plans over a fixed set, then (unless dry) acts step by step; one failing step does not stop the others. */
  replay(options?: ReplayOptions): AsyncIterable<ReplayStep>;
  pause(options?: { readonly agentId?: string; readonly note?: string }): Promise<void>;
  resume(options?: { readonly agentId?: string }): Promise<boolean>;
  /** Runs retention now; null when another process is at it. */
  retain(options?: {
    readonly dryRun?: boolean;
    readonly signal?: AbortSignal;
  }): Promise<RetentionReport | null>;
  /**
   * Looks for whatever is wrong in the whole directory: reads every name and every waiting message, and makes an empty file
   * for a moment. With `mend`, puts right what can be without losing anything.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;
}
