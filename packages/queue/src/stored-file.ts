/** Nothing that a store writes is larger. A file that is, is passed over, whether it is to be dumped or restored. */
export const MAX_STORED_FILE_BYTES = 32 * 2 ** 20;

/** A file as a store keeps it, to be carried elsewhere. */
export interface StoredFile {
  /** What the engine calls it: its path below the root, with `/`. One that ends in `/` is a box, and has no content. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** When it was changed, in milliseconds since 1970. */
  readonly modified_ms: number;
}

/** What of a store is dumped. */
export interface DumpOptions {
  /** Only this agent's boxes, and what is nobody's. */
  readonly agentId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for what is left out because it cannot be read or listed, is too large, or has no place there; a directory's name ends in `/`. */
  readonly onSkipped?: ((name: string, why: string) => void) | undefined;
}

/**
 * What became of a file that was to be restored. `present`: there is one of its name, which was not touched;
 * `not_taken_over`: sessions and pauses mean something only where they were; `foreign`: it is nothing of a store.
 */
export type RestoreOutcome = 'restored' | 'present' | 'not_taken_over' | 'foreign';
