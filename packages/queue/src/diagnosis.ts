/** Everything that can be found wrong; the README says what each means, and what to do. */
export type FindingCode =
  | 'already_processed'
  | 'case_insensitive'
  | 'clock_skew'
  | 'damaged_reasons'
  | 'dead_letters'
  | 'dead_owners'
  | 'foreign_files'
  | 'lost_mutex_tokens'
  | 'low_inodes'
  | 'low_space'
  | 'missing_reasons'
  | 'network_file_system'
  | 'never_drained'
  | 'not_writable'
  | 'orphaned_leases'
  | 'renames_in_steps'
  | 'temporary_files'
  | 'unadopted_dead_letters'
  | 'unadopted_ledgers'
  | 'unadopted_messages'
  | 'unfinished_replays'
  | 'unreadable'
  | 'unsafe_permissions';

/** `info`: good to know, nothing is to be done. `warning`: look into it. `error`: something does not work, or is not safe. */
export type Severity = 'info' | 'warning' | 'error';

/** One thing that a finding rests on. */
export interface Evidence {
  /** Where: for the file engine a path below the root, `.` for the root itself. */
  readonly place: string;
  readonly detail: string;
  /** The agent whom it concerns, where it is one. */
  readonly agentId: string | null;
}

/** Something that is wrong, in all its places together. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** How many things are wrong in this way. */
  readonly count: number;
  /** What is wrong and what comes of it, in a sentence. */
  readonly text: string;
  /** The first few of them. */
  readonly evidence: readonly Evidence[];
  /** Whether `mend` can put it right. */
  readonly mendable: boolean;
  /** How many of them were put right just now. */
  readonly mended: number;
  /** How many were kept as they are just now, out of the way, since there is nothing to put right: lines that name no message. */
  readonly setAside: number;
}

/** What a look at everything has found. */
export interface Diagnosis {
  readonly root: string;
  readonly takenAt: string;
  /** How many files were looked at. */
  readonly files: number;
  /** The worst first; empty when all is well. */
  readonly findings: readonly Finding[];
}

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Put right what can be without losing anything. Default false: only look. No message is ever removed. */
  readonly mend?: boolean;
  readonly signal?: AbortSignal;
}
