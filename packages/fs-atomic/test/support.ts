import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';

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
