import { placeFile } from './placement.ts';
import { publishSettings } from './publish-options.ts';
import type { PublishedFile, PublishOptions } from './publish-options.ts';

/**
 * Writes a file that may exist already, so that a reader sees the old content or the new, never a part or a mixture:
 * the steps of `publishFile`, with the rename going over the old file. For small control files.
 *
 * Of two callers at once, the later rename wins and neither notices; that needs a `Mutex`. On Windows, a reader that
 * has the old file open makes the rename fail, and it is retried for `busy_ms`. On FUSE drivers (measured: ntfs-3g and
 * exfat-fuse), a reader may find no file for a moment; `publishFile`, which replaces nothing, is not touched by that. A path that is a link is replaced
 * itself. When it fails with an empty `published`, the old content is untouched.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  options: PublishOptions,
): Promise<PublishedFile> {
  const settings = publishSettings(options);
  return placeFile({ path, bytes }, settings, 'replace');
}
