import type { Plant } from './planted-faults.ts';

/** What every child process is told, as JSON in its one argument. */
export interface ChildSettings {
  readonly root: string;
  /** The log of this very process, which does not exist yet. */
  readonly log: string;
  /** Where effects are kept. */
  readonly effects: string;
  /** The name of its place, such as `producer-3`. */
  readonly place: string;
  /** How many processes have been in this place before. */
  readonly incarnation: number;
  readonly seed: number;
  /** The agents who have an inbox. */
  readonly agents: readonly string[];
  /** Whose inbox a worker serves; null: this is a collector. */
  readonly agent: string | null;
  readonly lease_ms: number;
  /** Producers: pause between two messages, on average. */
  readonly pause_ms: number;
  readonly plant: Plant | null;
}

/** The settings of this process. */
export function childSettings(): ChildSettings {
  return JSON.parse(process.argv[2] ?? '') as ChildSettings;
}

/**
 * Aborted when the parent closes our standard input, which is how it asks us to finish. That also happens when the parent
 * itself ends, however it does: no child outlives it.
 */
export function toldToStop(): AbortSignal {
  const told = new AbortController();
  process.stdin.on('end', () => told.abort());
  process.stdin.on('error', () => told.abort());
  process.stdin.resume();
  return told.signal;
}
