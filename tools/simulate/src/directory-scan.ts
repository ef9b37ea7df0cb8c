import type { DirectoryEntry } from '@tapps-agents/fs-atomic';
import type { Inode } from './inode.ts';
import type { Random } from './random.ts';

/**
 * One reading of a directory, in parts between which others may change it: readdir(3) leaves open whether a name that is
 * added or removed meanwhile is returned, and a name that was changed may show twice, or not at all. Names that stand
 * still are returned, each one time.
 */
export class DirectoryScan {
  readonly #directory: Inode;
  readonly #random: Random;
  readonly #names: ReadonlySet<string>;
  #left: DirectoryEntry[];
  #isOver = false;

  constructor(directory: Inode, random: Random) {
    this.#directory = directory;
    this.#random = random;
    this.#names = new Set(directory.entries.keys());
    this.#left = random.shuffled(entriesOf(directory));
  }

  /** The next names, none when it is over. */
  next(): readonly DirectoryEntry[] {
    while (this.#left.length > 0) {
      const size = this.#random.chance(0.5) ? this.#left.length : this.#random.integer(1, 3);
      const part = this.#left.splice(0, size).filter((entry) => this.#stands(entry) || this.#passes(entry));
      if (part.length > 0) return part;
    }
    return this.#late();
  }

  /** Whether a name that is gone by now is shown all the same, and perhaps a second time. */
  #passes(entry: DirectoryEntry): boolean {
    if (!this.#random.chance(0.5)) return false;
    if (this.#random.chance(0.2)) this.#left.push(entry);
    return true;
  }

  #stands({ name }: DirectoryEntry): boolean {
    return this.#directory.entries.has(name);
  }

  /** Some of what came after the reading began; asked again, none. */
  #late(): readonly DirectoryEntry[] {
    if (this.#isOver) return [];
    this.#isOver = true;
    const late = entriesOf(this.#directory).filter(({ name }) => !this.#names.has(name));
    return late.filter(() => this.#random.chance(0.5));
  }
}

function entriesOf(directory: Inode): DirectoryEntry[] {
  return [...directory.entries].map(([name, { kind }]) => ({ name, kind }));
}
