import type { EntryKind } from '@tapps-agents/fs-atomic';

/** Where an inode has been: under a name in a directory, or nowhere (null). */
export interface Place {
  readonly directory: Inode;
  readonly name: string;
}

/** One step in an inode's life: the place it came to, and when. */
export interface Step {
  readonly place: Place | null;
  /** The number of the operation, over the whole disk. */
  readonly sequence: number;
  /** Who took its name, where it lost it to a rename over it. */
  readonly replacedBy: Inode | null;
}

/**
 * A file or a directory. Its name is not part of it: a rename moves the inode. What is volatile (the present) and what is
 * durable (what a crash must leave) are kept apart:
 *
 *     the place   `steps[floor]` is the earliest place a crash may leave it at, the last step is where it is now
 *     the data    `durableData` is what was flushed, `data` what readers see
 */
export class Inode {
  readonly id: number;
  readonly kind: EntryKind;
  readonly mode: number;
  /** A directory's names now. */
  readonly entries = new Map<string, Inode>();
  /** Inodes that came to or left this directory since it was last flushed. */
  readonly unsettled = new Set<Inode>();
  /** A directory: the number of the last operation before it was last flushed. */
  flushedAt = 0;
  data: Uint8Array = new Uint8Array(0);
  /** Null: never flushed. */
  durableData: Uint8Array | null = null;
  /** A flush failed: the pages that it was to write are clean for the kernel and not on the disk. */
  flushFailed = false;
  modified_ms: number;
  durableModified_ms: number;
  /** Its life since its place was last certain; never empty. */
  steps: Step[];
  /** The index of the first step that a crash may leave it at. */
  floor = 0;
  /** How often it is open, without a mode that keeps others out. */
  openCount = 0;
  /** Windows: held by somebody with share mode 0. */
  heldExclusively = false;
  /** Windows: removed, but its name stays until the last handle is closed. */
  deletePending = false;

  constructor(id: number, kind: EntryKind, mode: number, modified_ms: number) {
    this.id = id;
    this.kind = kind;
    this.mode = mode;
    this.modified_ms = modified_ms;
    this.durableModified_ms = modified_ms;
    this.steps = [{ place: null, sequence: 0, replacedBy: null }];
  }

  /** Where it is now; null when it has no name. */
  get place(): Place | null {
    return this.steps.at(-1)?.place ?? null;
  }

  /** Notes that it came to another place. */
  move(place: Place | null, sequence: number, replacedBy: Inode | null = null): void {
    this.place?.directory.unsettled.add(this);
    place?.directory.unsettled.add(this);
    this.steps.push({ place, sequence, replacedBy });
  }

  /** `directory` was flushed: what is in it now stays there, and what has left it has left it for good. */
  settle(directory: Inode): void {
    const last = this.steps.findLastIndex(({ place }) => place?.directory === directory);
    if (last === -1) return;
    // A rename is one step in the journal: once its leaving is durable, so is its arriving elsewhere.
    this.floor = Math.max(this.floor, last === this.steps.length - 1 ? last : last + 1);
  }
}
