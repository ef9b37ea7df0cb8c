import fs, { closeSync, openSync } from 'node:fs';

// The named imports stay the originals where `fs.openSync` is replaced.

/**
 * Counts from now on how often this process was refused a descriptor (EMFILE) when it opened a file through `fs.openSync`, as the queue does
 * before it waits for one; what is refused again while it waits is not counted. Shows that a limit on open files was met at all.
 */
export function countRefusedOpens(): { readonly count: number } {
  const tally = { count: 0 };
  fs.openSync = (...parameters) => {
    try {
      return openSync(...parameters);
    } catch (error) {
      if (isRefusal(error)) tally.count += 1;
      throw error;
    }
  };
  return tally;
}

/** Takes descriptors, as a program with many connections does, until only so many are left to be had; for as long as the process lives. */
export function leaveDescriptors(count: number): void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  for (const descriptor of taken.slice(-count)) closeSync(descriptor);
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EMFILE';
}
