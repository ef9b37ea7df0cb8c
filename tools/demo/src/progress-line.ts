import { printable, shorten } from './printable.ts';

/** Where lines go, and what kind of place it is. */
export interface Screen {
  readonly write: (text: string) => void;
  /** A terminal, whose last line can be written anew. */
  readonly interactive: boolean;
  readonly columns: number;
}

const BAR_CHARACTERS = 20;
const REDRAW_MS = 50;
const PIPE_STEP_PERCENT = 10;
/** Back to the beginning of the line, and clears it. */
const ERASE = '\r\u001b[2K';

/**
 * How far the work is: on a terminal one line that is rewritten, elsewhere a new line at every ten percent.
 * Other lines are written through it, so that they land above.
 */
export class ProgressLine {
  readonly #screen: Screen;
  readonly #now_ms: () => number;
  #line: string | null = null;
  #drawn_ms = Number.NEGATIVE_INFINITY;
  #announced_percent = 0;

  constructor(screen: Screen, now_ms: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now_ms = now_ms;
  }

  update(done: number, total: number, step: string): void {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    if (this.#screen.interactive) this.#redraw(done, total, percent, step);
    else this.#announce(done, total, percent);
  }

  /** Writes a line of other text. */
  print(line: string): void {
    this.#erase();
    this.#screen.write(`${line}\n`);
    if (this.#line !== null) this.#screen.write(this.#line);
  }

  /** Takes the progress line away; later lines follow as if it had never been. */
  end(): void {
    this.#erase();
    this.#line = null;
    this.#drawn_ms = Number.NEGATIVE_INFINITY;
  }

  /** The line is always up to date; it is drawn not too often, but at once when the work is done or other text came. */
  #redraw(done: number, total: number, percent: number, step: string): void {
    const filled = Math.round((percent / 100) * BAR_CHARACTERS);
    const bar = '#'.repeat(filled).padEnd(BAR_CHARACTERS, '.');
    const line = `   [${bar}] ${done}/${total} ${percent}%  ${printable(step)}`;
    const isFirst = this.#line === null;
    this.#line = shorten(line, this.#screen.columns - 1);
    const now_ms = this.#now_ms();
    if (now_ms - this.#drawn_ms < REDRAW_MS && done < total) return;
    this.#drawn_ms = now_ms;
    this.#screen.write(isFirst ? this.#line : ERASE + this.#line);
  }

  #announce(done: number, total: number, percent: number): void {
    if (percent < this.#announced_percent + PIPE_STEP_PERCENT) return;
    this.#announced_percent = percent - (percent % PIPE_STEP_PERCENT);
    this.#screen.write(`   ${done}/${total} tasks done, ${percent}%\n`);
  }

  #erase(): void {
    if (this.#line !== null) this.#screen.write(ERASE);
  }
}
