import { textOf } from './text-of.ts';

/** So many are kept to be told of, however many there are. */
const MAX_KEPT = 100;

/** Several failures as one error, which says what the first of them was: mostly all have one cause. */
export function together(errors: readonly unknown[], sentence: string): AggregateError {
  const [first] = errors;
  return new AggregateError(
    errors,
    `${sentence} The first: ${first instanceof Error ? first.message : textOf(first)}`,
  );
}

/** What fails while many things are done one after the other, each of which must not stop the others. */
export class Failures {
  readonly #kept: unknown[] = [];
  #count = 0;

  /** What the work returns; null where it failed. An abort is no failure of this one, and is thrown. */
  async guard<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      this.add(error);
      return null;
    }
  }

  /** Something has failed. */
  add(error: unknown): void {
    this.#count += 1;
    if (this.#kept.length < MAX_KEPT) this.#kept.push(error);
  }

  /** Throws the one failure as it was, or all of them together; `what` follows their number. */
  throwIfAny(what: string): void {
    const error = this.asError(what);
    if (error !== null) throw error;
  }

  /** As `throwIfAny`, but returns what it would throw; null where nothing has failed. */
  asError(what: string): Error | null {
    const [first] = this.#kept;
    if (this.#count > 1) return together(this.#kept, `${this.#count} ${what}`);
    if (this.#count === 0) return null;
    return first instanceof Error ? first : new Error(String(first));
  }

  /** Throws the first failure as it was, where all have one cause. */
  throwFirst(): void {
    if (this.#count > 0) throw this.#kept[0];
  }

  /** The first of them: there may have been more. */
  get kept(): readonly unknown[] {
    return this.#kept;
  }
}
