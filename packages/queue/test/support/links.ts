import { lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests that need links are skipped. */
export const NO_LINKS = 'symbolic links cannot be made here';

/** Whether symbolic links can be made here: Windows wants a privilege for it, and Wine has none at all. */
export const canLink = makesLinks();

function makesLinks(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'queue-links-'));
  try {
    symlinkSync('nowhere', join(directory, 'link'));
    return lstatSync(join(directory, 'link')).isSymbolicLink();
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
