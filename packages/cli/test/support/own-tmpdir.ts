import { onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

/** Has the program make its temporary files in a directory of this test alone, while it runs in this process; returns it. */
export function ownTmpdir(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, directory);
  return directory;
}
