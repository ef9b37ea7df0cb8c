import { readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Children } from './children.ts';

/** How much is written into the notebook before the power goes, at least and at most. */
const leastNotes_bytes = 5_000;
const mostNotes_bytes = 150_000;
/** The power goes after this in any case, once anything was promised. */
const longest_ms = 15_000;
/** A round in which nothing is promised for so long has failed. */
const mostPatience_ms = 300_000;

/**
 * Waits for the moment to pull the plug: until so much was written into the notebook, all processes have ended, or enough time has
 * passed. Not for a time alone, which a busy machine lets pass idly. `random` tells the moment.
 */
export async function momentOfLoss(notes: string, children: Children, random: () => number): Promise<void> {
  const wanted_bytes = leastNotes_bytes * (mostNotes_bytes / leastNotes_bytes) ** random();
  const began_ms = performance.now();
  const first = sizeOf(notes);
  for (;;) {
    const passed_ms = performance.now() - began_ms;
    if (sizeOf(notes) - first >= wanted_bytes || children.haveEnded) return;
    if (passed_ms > longest_ms && hasPromised(notes, first)) return;
    if (passed_ms > mostPatience_ms) throw new Error(`No message was sent in ${mostPatience_ms / 1_000} s.`);
    await pause(2);
  }
}

function hasPromised(notes: string, from: number): boolean {
  return sizeOf(notes) > from && readFileSync(notes).subarray(from).includes('"sent"');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
