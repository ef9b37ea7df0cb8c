import { styleText } from 'node:util';
import { printable } from './printable.ts';
import type { ProgressLine } from './progress-line.ts';

/** Tells the story: numbered headings, and plain lines below them; colour only where it is wanted. */
export class Narrative {
  readonly #out: Pick<ProgressLine, 'print'>;
  readonly #colour: boolean;
  #steps = 0;

  constructor(out: Pick<ProgressLine, 'print'>, colour: boolean) {
    this.#out = out;
    this.#colour = colour;
  }

  /** Begins the next step. */
  step(title: string): void {
    this.#steps += 1;
    this.#out.print('');
    this.#out.print(this.#style('bold', `${this.#steps}. ${printable(title)}`));
  }

  /** One line of the present step. */
  say(line: string): void {
    this.#out.print(`   ${printable(line)}`.trimEnd());
  }

  /** A command that can be typed as it stands. */
  command(line: string): void {
    this.#out.print(this.#style('cyan', `   $ ${printable(line)}`));
  }

  /** What came out as promised. */
  good(line: string): void {
    this.#out.print(this.#style('green', `   ok  ${printable(line)}`));
  }

  /** What did not. */
  bad(line: string): void {
    this.#out.print(this.#style('red', `   NO  ${printable(line)}`));
  }

  #style(style: 'bold' | 'cyan' | 'green' | 'red', text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }
}
