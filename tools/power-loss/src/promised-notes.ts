import { SettledInDoubt } from '@tapps-agents/queue';
import type { Note, Notebook } from './notes.ts';

/**
 * Notes what was promised, once it is known that it was. What was settled but could not be made to last is told like any other end
 * first, and as a `SettledInDoubt` then, in the same turn of the event loop. So a note waits for the end of its turn, and a doubt
 * voids all that wait: less is known then of what was promised, and nothing that was not.
 */
export class PromisedNotes {
  readonly #notebook: Notebook;
  #waiting: Note[] = [];

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  add(note: Note): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#write());
    this.#waiting.push(note);
  }

  /** Of everything that goes wrong. */
  failed(error: unknown): void {
    if (error instanceof SettledInDoubt) this.#waiting = [];
  }

  #write(): void {
    this.#notebook.write(...this.#waiting);
    this.#waiting = [];
  }
}
