import { checkDurableRoot } from './directory-sync.ts';
import { checkDurability } from './durability.ts';
import type { Durability } from './durability.ts';
import { invalidArgument } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { onceForFrozen } from './once-for-frozen.ts';
import type { StagingSettings } from './staging.ts';

/** Where and how well files are written. */
export interface PublishOptions extends FileOptions {
  /** Where files are written before they get their name; on the same file system as their destination. */
  readonly temporaryDirectory: string;
  /** Default `full`. */
  readonly durability?: Durability | undefined;
  /**
   * With `full`: flushes the names of the destination's parents up to this directory too, once per process and directory, in case
   * that another process created them and did not. The root's own name is left to who created it.
   */
  readonly durableRoot?: string | undefined;
  /** Permission bits of the file; default 0o600. */
  readonly fileMode?: number | undefined;
  /** Permission bits of directories that are missing and get created; default 0o700. */
  readonly directoryMode?: number | undefined;
}

/** `PublishOptions`, checked and with every default filled in. */
export interface PublishSettings extends StagingSettings {
  readonly durability: Durability;
  readonly durableRoot: string | undefined;
}

/** One file to write: its final path, and all of its content. */
export interface FileToPublish {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that is in place. */
export interface PublishedFile {
  readonly path: string;
  /**
   * The level that was reached, which is less than asked where the platform cannot flush directories, and `none` on a file system
   * in memory.
   */
  readonly durability: Durability;
}

/** Fills in the defaults; throws `ERR_INVALID_ARGUMENT` for what can never work. */
export const publishSettings = onceForFrozen((options: PublishOptions): PublishSettings => {
  if (options.temporaryDirectory === '') throw invalidArgument('temporaryDirectory must not be empty.');
  const durability = checkDurability(options.durability ?? 'full');
  return {
    ...fileSettings(options),
    temporaryDirectory: options.temporaryDirectory,
    durability,
    sync: durability !== 'none',
    durableRoot: options.durableRoot,
    fileMode: options.fileMode ?? 0o600,
    directoryMode: options.directoryMode ?? 0o700,
  };
});

/** Throws `ERR_INVALID_ARGUMENT` for an empty path, one outside `durableRoot`, and one that is named twice. */
export function checkFiles(files: readonly FileToPublish[], settings: PublishSettings): void {
  const paths = new Set<string>();
  for (const file of files) {
    const { path } = file;
    checkFile(file, settings);
    if (paths.has(path)) throw invalidArgument(`${path} is named twice; each file needs its own path.`, path);
    paths.add(path);
  }
}

/** As `checkFiles` for one. */
export function checkFile({ path }: FileToPublish, settings: PublishSettings): void {
  if (path === '') throw invalidArgument('The path of a file must not be empty.');
  if (settings.durability === 'full') checkDurableRoot(path, settings.durableRoot, 'file');
}
