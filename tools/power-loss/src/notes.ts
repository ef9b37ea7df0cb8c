import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Box } from '@tapps-agents/queue';

/** What a process says of itself and the queue said to it; `key` is a message in a box, in a run: see `keyOf`. */
export type Note =
  /** `send` is about to be called. */
  | { readonly what: 'sending'; readonly id: string }
  /** `send` has resolved, and promised that the message is durable. */
  | { readonly what: 'sent'; readonly id: string }
  /** A handler has begun, or a delivery was handed out. */
  | { readonly what: 'started'; readonly key: string }
  /** A handler holds this message back until the acknowledgement. */
  | { readonly what: 'held'; readonly key: string; readonly id: string }
  /** The acknowledgement has resolved, and promised to be durable. */
  | { readonly what: 'acked'; readonly key: string }
  /** The message was quarantined, as this entry. */
  | { readonly what: 'dead'; readonly key: string; readonly entryId: string }
  /** This dead entry is about to be put back. */
  | { readonly what: 'replaying'; readonly id: string | null; readonly entryId: string }
  /** The power left this message under two names, which a file system may do that renames by halves: there are two of it now. */
  | { readonly what: 'copied'; readonly id: string }
  /** The step of a handler runs. */
  | { readonly what: 'ran'; readonly key: string; readonly value: string }
  /** `ctx.once` has resolved: the step's result is remembered. */
  | { readonly what: 'remembered'; readonly key: string; readonly value: string }
  /** The mutex is held. */
  | { readonly what: 'locked'; readonly generation: number }
  /** Something failed that should not. After the plug was pulled everything may. */
  | { readonly what: 'trouble'; readonly text: string }
  /** The plug is about to be pulled. */
  | { readonly what: 'plug' }
  /** The power is back, and nobody of before is alive. */
  | { readonly what: 'power' };

/** A message in a box, in one of its runs. */
export function keyOf(box: Box, id: string, run: number): string {
  return `${box.kind}/${box.agentId}/${id}#${run}`;
}

/** The id in a key. */
export function idOf(key: string): string {
  return key.slice(key.indexOf('/', key.indexOf('/') + 1) + 1, key.lastIndexOf('#'));
}

/**
 * Writes notes into one file that all processes share, outside the image. Synchronously: a note stands when this returns, and
 * whoever is killed before it does has heard of nothing. Appended lines of several processes do not mix (write(2), O_APPEND).
 */
export class Notebook {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(...notes: readonly Note[]): void {
    if (notes.length === 0) return;
    writeSync(this.#file, notes.map((note) => `${JSON.stringify(note)}\n`).join(''));
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** All notes, in the order in which they were written. */
export function readNotes(path: string): Note[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Note => JSON.parse(line));
}
