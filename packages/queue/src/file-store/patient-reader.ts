import { systemFailure, type Awaitable } from '@tapps-agents/fs-atomic';
import type { Claimed } from '../claim.ts';
import { readContent } from './content.ts';
import type { Disk } from './disk.ts';
import type { Name } from './names.ts';

/** A message that may not be read is looked at so often, each time after a pause, before that is its fault. */
const MOST_LOOKS = 5;
const MOST_REMEMBERED = 1_000;

/**
 * Reads claimed messages. That permission is denied may pass: a writer sets it after its rename, a scanner holds the file for a
 * moment. So it is an error like any other at first, and judges the message only when it stays.
 */
export class PatientReader {
  readonly #looks = new Map<string, number>();

  /** As `readContent`, but throws the first few times that permission is denied. `name` is that of the lease. */
  read(disk: Disk, path: string, name: Name): Awaitable<Claimed['content'] | undefined> {
    const content = readContent(disk, path);
    return content instanceof Promise
      ? content.then((found) => this.#judge(path, name, found))
      : this.#judge(path, name, content);
  }

  #judge(path: string, name: Name, content: Claimed['content'] | undefined): Claimed['content'] | undefined {
    const denied = content !== undefined && 'fault' in content ? content.fault.cause : undefined;
    if (denied === undefined && this.#looks.size === 0) return content;
    // Each claim gives another name; what stays is what the message is called and when it was made.
    const key = `${name.createdAt_ms} ${name.id} ${name.type}`;
    const looks = (this.#looks.get(key) ?? 0) + 1;
    this.#looks.delete(key);
    if (denied === undefined || looks >= MOST_LOOKS) return content;
    this.#looks.set(key, looks);
    if (this.#looks.size > MOST_REMEMBERED)
      for (const oldest of this.#looks.keys()) {
        this.#looks.delete(oldest);
        break;
      }
    throw systemFailure(denied, { attempted: 'read', path });
  }
}
