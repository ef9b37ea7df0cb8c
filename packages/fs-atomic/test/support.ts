import { lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import type { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';

/** A temporary directory with `tmp/` and `box/` in it. */
export interface Place extends AsyncDisposable {
  readonly path: string;
  readonly tmp: string;
  readonly box: string;
}

/** Makes a `Place`. */
export async function place(): Promise<Place> {
  const directory = await temporaryDirectory();
  const [tmp, box] = [join(directory.path, 'tmp'), join(directory.path, 'box')];
  await mkdir(tmp);
  await mkdir(box);
  return { path: directory.path, tmp, box, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

/** What node reports of a file that was created with 0o600: Windows has no permission bits, only "read-only". */
export const privateFileMode = process.platform === 'win32' ? 0o666 : 0o600;

/** Whether this system can prove that a process is dead; on others, its lease has to run out. */
export const provesDeath = process.platform === 'linux' || process.platform === 'win32';

let links: boolean | undefined;

/** Whether symbolic links can be made here: Windows wants a privilege for it, and Wine has none at all. */
export function canLink(): boolean {
  links ??= makesLinks();
  return links;
}

function makesLinks(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'fs-atomic-links-'));
  try {
    symlinkSync(directory, join(directory, 'link'), 'dir');
    return lstatSync(join(directory, 'link')).isSymbolicLink();
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The directories that were flushed, from the call `start` on, as this system writes paths. */
export function flushed({ calls }: FaultyFileSystem, start = 0): string[] {
  return calls.slice(start).flatMap(({ verb, path }) => (verb === 'syncDirectory' ? [normalize(path)] : []));
}

/** The UTF-8 bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The names in a directory, sorted. */
export function names(directory: string): string[] {
  return readdirSync(directory).sort();
}

/** What a promise was rejected with; fails the test if it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
