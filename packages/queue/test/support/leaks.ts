import { afterAll, afterEach, expect } from 'vitest';

/** What a test left behind, until the check after it reports and forgets it. */
const leaks: string[] = [];
const checks: (() => void)[] = [];
const cleanups: (() => Promise<void>)[] = [];

/**
 * Call it once at the top of a test file: a test fails that leaves behind a process which it started (`startChild`) or
 * an open session in its `place()`. When the file is done, bundled programs are removed.
 */
export function failOnLeaks(): void {
  afterEach(() => {
    for (const check of checks) check();
    expect(leaks.splice(0), 'left behind by this test').toEqual([]);
  });
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });
}

/** Makes the test that is running fail when it ends. */
export function noteLeak(leak: string): void {
  leaks.push(leak);
}

/** Registers something to look at after each test of this file. */
export function checkAfterEach(check: () => void): void {
  checks.push(check);
}

/** Registers something to remove when the tests of this file are done. */
export function cleanUpAfterAll(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

/** Whether a process of this id runs (or waits to be collected by its parent). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
