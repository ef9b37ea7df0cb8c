import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';

/** What an editor left. */
export interface Edited {
  readonly text: string;
  /** Where it lies, until `discard` is called; it stays where somebody may want it back. */
  readonly path: string;
  discard(): Promise<void>;
}

/** A file that only this user may read: messages may say anything. */
const FILE_MODE = 0o600;

/**
 * Lets the person edit a text in `$VISUAL`, else `$EDITOR`, else `vi` (`notepad` on Windows), and waits for its end.
 *
 * @throws CliError `ERR_EDITOR_FAILED` where it cannot be started, or ends with anything but 0
 */
export async function editText(text: string, name: string, io: Pick<Io, 'env'>): Promise<Edited> {
  const folder = await mkdtemp(join(tmpdir(), 'tapps-mq-')); // Made with 0700: mkdtemp(3).
  const path = join(folder, name);
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path, text, { mode: FILE_MODE, flag: 'wx' });
    await runEditor(path, io);
    return { text: await readFile(path, 'utf8'), path, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function runEditor(path: string, { env }: Pick<Io, 'env'>): Promise<void> {
  const isWindows = process.platform === 'win32';
  const editor = env['VISUAL'] || env['EDITOR'] || (isWindows ? 'notepad' : 'vi');
  // The variable may hold options (`code --wait`), so a shell takes it apart; the path is an argument of its own.
  const child = isWindows
    ? spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit', env })
    : spawn('sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit', env });
  const exitCode = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (exitCode === 0) return;
  throw new CliError(
    'ERR_EDITOR_FAILED',
    `The editor ${editor} ended with ${exitCode}; nothing was replayed.`,
    { next: 'set VISUAL or EDITOR to an editor that waits until the file is closed' },
  );
}
