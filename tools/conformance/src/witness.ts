import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Difference } from './expectation.ts';
import { pathPattern } from './place-pattern.ts';

/** `moved`: a name came or went. `changed`: a file was written, or its times or permissions set, in its place. */
interface Sight {
  readonly kind: 'moved' | 'changed';
  readonly path: string;
}

/** Sees in which order names come and go in some directories: on Linux one inotify queue has all events of a process. */
export class Witness {
  readonly #watchers: FSWatcher[];
  readonly #seen: Sight[] = [];

  constructor(root: string, directories: readonly string[]) {
    this.#watchers = directories.map((directory) =>
      watch(join(root, directory), (event, name) => {
        this.#seen.push({ kind: event === 'rename' ? 'moved' : 'changed', path: `${directory}/${name}` });
      }),
    );
  }

  /** These paths must have come or gone for the first time in this order. */
  async sawInOrder(...patterns: readonly string[]): Promise<void> {
    await this.#settle();
    const moments = patterns.map((pattern) =>
      this.#seen.findIndex(({ kind, path }) => kind === 'moved' && pathPattern(pattern).test(path)),
    );
    for (const [index, moment] of moments.entries()) {
      if (moment === -1) throw new Difference(`${patterns[index]} never came or went`);
      if (index > 0 && moment < (moments[index - 1] ?? 0))
        throw new Difference(`${patterns[index]} came or went before ${patterns[index - 1]}`);
    }
  }

  /** No message may have been written, or touched, under its final name. */
  async sawNoChange(pattern: string): Promise<void> {
    await this.#settle();
    const changed = this.#seen.find(
      ({ kind, path }) => kind === 'changed' && pathPattern(pattern).test(path),
    );
    if (changed !== undefined)
      throw new Difference(
        `${changed.path} was written or touched in its place, not renamed to it when it was complete`,
      );
    if (!this.#seen.some(({ path }) => pathPattern(pattern).test(path)))
      throw new Difference(`${pattern} never came`);
  }

  /** No name may have come or gone. */
  async sawNothingMove(): Promise<void> {
    await this.#settle();
    const moved = this.#seen.find(({ kind }) => kind === 'moved');
    if (moved !== undefined) throw new Difference(`${moved.path} came or went`);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  /** What has happened is in the kernel's queue; a few turns of the event loop fetch it. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  }
}
