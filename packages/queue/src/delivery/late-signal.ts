/**
 * An abort signal that is made when somebody asks for it. Most messages come and go without anybody asking, and a signal, with
 * the error that it is aborted for, costs as much as the rest of handling one.
 */
export class LateSignal {
  #controller: AbortController | undefined;
  #reason: (() => unknown) | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborts it, one time; `reason` is asked for the reason only where somebody has the signal, now or later. */
  abort(reason: () => unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason());
  }
}
