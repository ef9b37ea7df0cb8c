import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Violation } from '../target.ts';

/** Names beside the root that hostile links point at: valid messages, which a queue that follows links would handle. */
export const CANARY_TARGETS: readonly string[] = ['secret.json', 'directory', 'directory/inner.json'];

const FILES = ['secret.json', 'directory/inner.json'];
const LONG_AGO_S = 1_000_000_000;

/** Files outside of the root that must stay as they are, unread. */
export class Canaries {
  readonly #directory: string;
  readonly #content: string;
  #before = '';

  /** @param content a message that is valid, and so worth taking */
  constructor(directory: string, content: string) {
    this.#directory = directory;
    this.#content = content;
    mkdirSync(join(directory, 'directory'), { recursive: true });
    for (const file of FILES) writeFileSync(join(directory, file), content);
    this.rearm();
  }

  /** Sets the access times back, so that the next read of a file is seen also where the system notes only the first. */
  rearm(): void {
    for (const name of CANARY_TARGETS) utimesSync(join(this.#directory, name), LONG_AGO_S, LONG_AGO_S + 1);
    this.#before = this.#look();
  }

  /** @throws Violation when one was read, listed, changed, moved, or got company */
  mustBeUntouched(): void {
    const now = this.#look();
    if (now !== this.#before) throw new Violation('outside was touched', `${this.#before} became ${now}`);
    const names = readdirSync(join(this.#directory, 'directory')).join();
    if (names !== 'inner.json') throw new Violation('outside was touched', `the directory has ${names}`);
    for (const file of FILES)
      if (readFileSync(join(this.#directory, file), 'utf8') !== this.#content)
        throw new Violation('outside was touched', `${file} was rewritten`);
  }

  #look(): string {
    const seen = CANARY_TARGETS.map((name) => {
      const status = lstatSync(join(this.#directory, name), { throwIfNoEntry: false });
      return status === undefined
        ? 'gone'
        : `${status.size}/${status.mtimeMs}/${status.atimeMs}/${status.ino}/${status.mode}/${status.nlink}`;
    });
    return seen.join(' ');
  }
}
