import { describeError } from './error-report.ts';
import type { Output } from './output.ts';

/** What is new in the name of a file with each try: its nonce, or the session that it is of. */
const FRESH = /(?<=[\\/~])[0-9a-v]{6,8}(?=\.(?:json|tmp)\b)/g;

/**
 * Tells of what fails in the background and is tried again. The same failure again and again is told the 1st, 2nd, 4th, 8th
 * time and so on, so that a long fault does not flood the terminal.
 */
export class BackgroundWarnings {
  readonly #output: Pick<Output, 'warn'>;
  readonly #program: string;
  #last = '';
  #times = 0;

  constructor(output: Pick<Output, 'warn'>, program: string) {
    this.#output = output;
    this.#program = program;
  }

  tell(error: unknown): void {
    const { code, message } = describeError(error, this.#program);
    const same = message.replaceAll(FRESH, '*');
    this.#times = same === this.#last ? this.#times + 1 : 1;
    this.#last = same;
    if ((this.#times & (this.#times - 1)) !== 0) return;
    const again = this.#times === 1 ? '' : ` [${this.#times} times now]`;
    this.#output.warn(code === 'ERR_UNEXPECTED' ? 'ERR_BACKGROUND' : code, `${message}${again}`);
  }
}
