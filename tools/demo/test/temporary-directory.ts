import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A real directory with these files, removed when the test has finished. */
export async function temporaryDirectory(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'demo-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return directory;
}
