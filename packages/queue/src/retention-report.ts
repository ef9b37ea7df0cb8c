import type { Unreadable } from './unreadable.ts';

/** How long finished things are kept. Null: no limit. */
export interface RetentionPolicy {
  readonly processedMaxAge_ms: number | null;
  readonly processedMaxCount: number | null;
  /** Dead letters are kept for ever unless this says otherwise. */
  readonly deadMaxAge_ms: number | null;
  readonly temporaryMaxAge_ms: number;
}

/** What retention removed, or would remove. */
export interface RetentionReport {
  readonly processed: number;
  readonly dead: number;
  readonly journals: number;
  readonly temporary: number;
  readonly owners: number;
  /** Records of what operators did. */
  readonly records: number;
  readonly directories: number;
  readonly bytes: number;
  /** How many things could not be looked at or removed, and stay; the next run tries them again. */
  readonly failed: number;
  /** The first hundred of them: where, and what the error says. */
  readonly failures: readonly Unreadable[];
  /** The same by what the files were: several may make up one thing, as a dead letter and its reason. */
  readonly classes: Readonly<Record<RetentionClass, FileTotals>>;
}

/** What retention tells apart. */
export type RetentionClass = 'processed' | 'dead' | 'journals' | 'temporary' | 'owners' | 'records';

/** A number of files, and how many bytes they have together. */
export interface FileTotals {
  readonly files: number;
  readonly bytes: number;
}

/** How retention runs. */
export interface RetainOptions {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called for each file that was removed or, in a dry run, would be. */
  readonly onFile?: ((what: RetentionClass, bytes: number) => void) | undefined;
}
