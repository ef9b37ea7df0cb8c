import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new directory for this test, removed when it ends. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tapps-mq-cli-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
