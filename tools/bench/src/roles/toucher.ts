import { setTimeout } from 'node:timers/promises';
import type { Verbs } from '../verbs.ts';

/** What it costs to touch memory that has rested, in nanoseconds for each page: of pages in no order, each for the first time, and then another line of each. */
export interface Touch {
  readonly first_ns: number;
  readonly again_ns: number;
}

const PAGE = 4_096;
const PAGES = 2_048;
/** A prime step goes through all pages, and no two in a row are neighbours. */
const STEP = 1_021;

/** Touches memory that nobody touched for a while: each page first, then another line of it, which tells the page's part from the cache's. */
export function toucher(): Verbs {
  const memory = new Uint8Array(PAGES * PAGE).fill(1);
  return {
    async touch(rest_ms): Promise<Touch> {
      await setTimeout(rest_ms);
      const first_ns = touchAll(memory, 64);
      return { first_ns, again_ns: touchAll(memory, PAGE / 2) };
    },
  };
}

function touchAll(memory: Uint8Array, offset: number): number {
  const began_ns = process.hrtime.bigint();
  let touched = 0;
  for (let at = 0; at < PAGES; at += 1) touched += memory[((at * STEP) % PAGES) * PAGE + offset] ?? 0;
  if (touched !== PAGES) throw new Error('Not every page was touched.');
  return Number(process.hrtime.bigint() - began_ns) / PAGES;
}
