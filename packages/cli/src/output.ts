import { DEFAULT_COLUMNS } from './io.ts';
import type { Io } from './io.ts';
import { safe, terminalSafeJson } from './render/safe-text.ts';
import type { SafeText } from './render/safe-text.ts';
import { styleFor, wantsColor } from './render/style.ts';
import type { Style } from './render/style.ts';

/** What decides how a command speaks. */
export interface OutputOptions {
  readonly json: boolean;
  /** `--color` or `--no-color`; undefined where neither was given. */
  readonly color: boolean | undefined;
}

/**
 * How commands speak: data on standard output, as text for people or as one JSON document a line; everything else on
 * standard error.
 */
export class Output {
  readonly json: boolean;
  /** Characters in a line of standard output. */
  readonly columns: number;
  /** The style for standard output. */
  readonly style: Style;
  readonly #errorStyle: Style;
  readonly #io: Pick<Io, 'stdout' | 'stderr'>;

  constructor(io: Pick<Io, 'stdout' | 'stderr' | 'columns' | 'env'>, options: OutputOptions) {
    this.#io = io;
    this.json = options.json;
    this.columns = io.columns ?? DEFAULT_COLUMNS;
    this.style = styleFor(wantsColor(options.color, io.env, io.stdout.isTerminal));
    this.#errorStyle = styleFor(wantsColor(options.color, io.env, io.stderr.isTerminal));
  }

  /** Data for a person: a line (or block of lines) on standard output. Nothing with `--json`. */
  text(text: SafeText): void {
    if (!this.json) this.#io.stdout.write(`${String(text)}\n`);
  }

  /** Data for a program: one JSON document on a line of standard output. Nothing without `--json`. */
  data(value: object): void {
    if (this.json) this.#io.stdout.write(`${terminalSafeJson(value)}\n`);
  }

  /** A remark for a person on standard error: what to do next, what is going on. Nothing with `--json`. */
  remark(text: SafeText): void {
    if (!this.json) this.#io.stderr.write(`${String(this.#errorStyle('dim', text))}\n`);
  }

  /** Something is wrong, but the command goes on. With `--json` one line `{ "warning": { "code", "message" } }`. */
  warn(code: string, message: string): void {
    if (this.json) this.#io.stderr.write(`${terminalSafeJson({ warning: { code, message } })}\n`);
    else
      this.#io.stderr.write(`${String(this.#errorStyle('warning', safe`warning: ${message} (${code})`))}\n`);
  }

  /** Waits until a long output has been taken. */
  drained(): Promise<void> {
    return this.#io.stdout.drained();
  }
}
