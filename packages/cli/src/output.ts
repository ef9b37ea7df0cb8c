import { DEFAULT_COLUMNS } from './io.ts';
import type { Io, TextSink } from './io.ts';
import { warningJson } from './json/error.ts';
import { join, safe, terminalSafeJson } from './render/safe-text.ts';
import type { SafeText } from './render/safe-text.ts';
import { styleFor, wantsColor } from './render/style.ts';
import type { Style } from './render/style.ts';
import { cutToWidth, wrapped } from './render/wrapped.ts';

/** What decides how a command speaks. */
export interface OutputOptions {
  readonly json: boolean;
  /** No remarks. Default false. */
  readonly quiet?: boolean;
  /** More remarks. Default false. */
  readonly verbose?: boolean;
  /** `--color` or `--no-color`; undefined where neither was given. */
  readonly color: boolean | undefined;
}

/**
 * How commands speak: data on standard output, as text for people or as one JSON document a line; everything else on
 * standard error.
 */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** A progress bar stands in the terminal's last line; what is told goes above it. */
  bar = false;
  /** Characters in a line of standard output. */
  readonly columns: number;
  /** The style for standard output. */
  readonly style: Style;
  readonly #errorStyle: Style;
  /** A line that is to be wiped away stands at the bottom. */
  #status: string | null = null;
  /** Where remarks are broken between words. */
  readonly #wrapAt: number | undefined;
  readonly #io: Pick<Io, 'stdout' | 'stderr'>;

  constructor(io: Pick<Io, 'stdout' | 'stderr' | 'columns' | 'env'>, options: OutputOptions) {
    this.#io = io;
    this.json = options.json;
    this.quiet = options.quiet ?? false;
    this.verbose = options.verbose ?? false;
    this.columns = io.columns ?? DEFAULT_COLUMNS;
    this.#wrapAt = io.stderr.isTerminal ? io.columns : undefined;
    this.style = styleFor(wantsColor(options.color, io.env, io.stdout.isTerminal));
    this.#errorStyle = styleFor(wantsColor(options.color, io.env, io.stderr.isTerminal));
  }

  /**
   * Data for a person: a line (or block of lines) on standard output. Nothing with `--json`, where a function that would make the
   * text is not even called: to lay out a table costs more than to list what is in it.
   */
  text(text: SafeText | (() => SafeText)): void {
    if (!this.json) this.#write(this.#io.stdout, String(typeof text === 'function' ? text() : text));
  }

  /** Data for a program: one JSON document on a line of standard output. Nothing without `--json`. */
  data(value: object): void {
    if (this.json) this.#write(this.#io.stdout, terminalSafeJson(value));
  }

  /**
   * Data for a program as {@link data} has it, with lists at its end that may be long: they are written piece by piece, each as
   * soon as the last was taken, and are never one text in memory.
   */
  async dataWithLists(value: object, lists: Readonly<Record<string, Iterable<object>>>): Promise<void> {
    if (!this.json) return;
    const { stdout } = this.#io;
    stdout.write(terminalSafeJson(value).slice(0, -1));
    for (const [name, list] of Object.entries(lists)) {
      stdout.write(`,${JSON.stringify(name)}:[`);
      let separator = '';
      for (const piece of inPieces(list)) {
        stdout.write(separator + piece.map((one) => terminalSafeJson(one)).join(','));
        separator = ',';
        await stdout.drained();
      }
      stdout.write(']');
    }
    stdout.write('}\n');
  }

  /** Data for a person as {@link text} has it, of many blocks of lines, which are never one text in memory. */
  async texts(blocks: Iterable<SafeText>): Promise<void> {
    if (this.json) return;
    for (const piece of inPieces(blocks)) {
      this.text(join(piece, '\n'));
      await this.drained();
    }
  }

  /** A remark for a person on standard error: what to do next, what is going on. Nothing with `--json` or `--quiet`. */
  remark(text: SafeText): void {
    if (this.json || this.quiet) return;
    this.#write(this.#io.stderr, String(this.#errorStyle('dim', wrapped(text, this.#wrapAt))));
  }

  /**
   * What is going on right now, in a line at the bottom of the terminal that the next thing that is told wipes away; null: nothing.
   * False where nobody sees it: what is printed goes elsewhere than to the terminal, or remarks are not wanted.
   */
  status(text: SafeText | null): boolean {
    const { stdout, stderr } = this.#io;
    if (this.json || this.quiet || !stderr.isTerminal || !stdout.isTerminal) return false;
    if (text !== null) {
      const line = String(this.#errorStyle('dim', cutToWidth(text, this.columns - 1)));
      if (line !== this.#status) stderr.write(`${WIPE}${line}`);
      this.#status = line;
    } else if (this.#status !== null) {
      stderr.write(WIPE);
      this.#status = null;
    }
    return true;
  }

  /** A remark that only `--verbose` shows: what is done, and where. */
  detail(text: SafeText): void {
    if (this.verbose) this.remark(text);
  }

  /** Something is wrong, but the command goes on. With `--json` one line `{ "warning": { "code", "message" } }`. */
  warn(code: string, message: string): void {
    const text = this.json
      ? terminalSafeJson(warningJson(code, message))
      : String(this.#errorStyle('warning', wrapped(safe`warning: ${message} (${code})`, this.#wrapAt)));
    this.#write(this.#io.stderr, text);
  }

  /** Waits until a long output has been taken. */
  drained(): Promise<void> {
    return this.#io.stdout.drained();
  }

  #write(sink: TextSink, text: string): void {
    // The bar stands on standard error, and only what goes there may move a terminal's cursor.
    if ((this.bar || this.#status !== null) && sink.isTerminal) this.#io.stderr.write(WIPE);
    if (sink.isTerminal) this.#status = null;
    sink.write(`${text}\n`);
  }
}

/** Back to the first column, and away with what stands there. */
const WIPE = '\r\u001b[K';

/** How many things are written at once. */
const PIECE = 500;

function* inPieces<T>(things: Iterable<T>): Generator<readonly T[]> {
  let piece: T[] = [];
  for (const thing of things) {
    piece.push(thing);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
