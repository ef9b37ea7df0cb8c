import type { Clock } from './clock.ts';
import type { FileSystem } from './file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { systemClock } from './system-clock.ts';

/** What every function of this package takes: where it works, by which clock, and how it is called off. */
export interface FileOptions {
  /** Default: node's, through graceful-fs. */
  readonly fileSystem?: FileSystem | undefined;
  /** Default: the computer's. */
  readonly clock?: Clock | undefined;
  /** Calls the work off; the function then throws `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Whose rules about busy files hold; default: this computer's. Other values are for tests. */
  readonly platform?: NodeJS.Platform | undefined;
  /**
   * How long a rename, removal or creation is retried while Windows says that the name is in use; default 5,000. For the renames of
   * a batch together; once it is over each of the others has a moment.
   */
  readonly busy_ms?: number | undefined;
}

/** `FileOptions` with every default filled in. */
export interface FileSettings {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly platform: NodeJS.Platform;
  readonly busy_ms: number;
}

/** Fills in the defaults. */
export function fileSettings(options: FileOptions = {}): FileSettings {
  return {
    fileSystem: options.fileSystem ?? nodeFileSystem(),
    clock: options.clock ?? systemClock,
    signal: options.signal,
    platform: options.platform ?? process.platform,
    busy_ms: options.busy_ms ?? 5_000,
  };
}
