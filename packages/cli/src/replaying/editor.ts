import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
 * @throws CliError `ERR_EDITOR_FAILED` where it cannot be started, ends with anything but 0, or leaves no text
 */
export async function editText(text: string, name: string, io: Pick<Io, 'env'>): Promise<Edited> {
  const folder = await mkdtemp(join(tmpdir(), 'tapps-mq-')); // Made with 0700: mkdtemp(3).
  const path = join(folder, name);
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path, text, { mode: FILE_MODE, flag: 'wx' });
    await runEditor(path, io);
    return { text: await textLeftIn(path), path, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** No message is nearly as long. */
const MOST_BYTES = 16 * 2 ** 20;

/** An editor may leave anything in the place of the file, or nothing; reading a pipe that nobody writes would never end. */
async function textLeftIn(path: string): Promise<string> {
  const left = await stat(path).catch(() => null);
  if (left?.isFile() === true && left.size <= MOST_BYTES) return await readFile(path, 'utf8');
  const what =
    left === null
      ? 'has removed the file that it was given'
      : left.isFile()
        ? `has left ${left.size} bytes, more than any message has`
        : 'has left something else than a file';
  throw new CliError('ERR_EDITOR_FAILED', `The editor ${what}; nothing was replayed.`, {
    next: 'set VISUAL or EDITOR to an editor that writes into the file it is given',
  });
}

/**
 * Refuses to edit where nobody chose an editor, and there is no terminal for the usual one: it would wait for keys for ever, or write
 * its screen into whatever reads standard output. One that was chosen may need no terminal.
 *
 * @throws CliError `ERR_USAGE`
 */
export function requireEditor({ env, terminal }: Pick<Io, 'env' | 'terminal'>): void {
  if (chosenEditor(env) !== undefined || terminal !== undefined || process.platform === 'win32') return;
  throw new CliError(
    'ERR_USAGE',
    '--edit opens an editor, and standard input or output is no terminal for one. Nothing was replayed.',
    { next: 'run it on a terminal, or set VISUAL to a program that changes the file it is given' },
  );
}

function chosenEditor(env: Io['env']): string | undefined {
  return env['VISUAL'] || env['EDITOR'] || undefined;
}

async function runEditor(path: string, { env }: Pick<Io, 'env'>): Promise<void> {
  const isWindows = process.platform === 'win32';
  const editor = chosenEditor(env) ?? (isWindows ? 'notepad' : 'vi');
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
