import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the program is bundled to by whichever test file of this run is the first to need it. */
    bundledCli?: string;
  }
}

let directory = '';

/**
 * Set up once for a whole run of the tests: names the place of the one bundle. To make it takes a second of a processor and only
 * some files need it, so the first of them does.
 */
export function setup({ provide }: TestProject): void {
  directory = newBundleDirectory();
  provide('bundledCli', directory);
}

/** Removes the bundle when the run ends. */
export function teardown(): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Names a directory that is not there yet. */
export function newBundleDirectory(): string {
  mkdirSync(CACHE, { recursive: true });
  return join(CACHE, `cli-${randomUUID()}`);
}
