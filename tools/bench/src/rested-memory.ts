import { startRole } from './programs.ts';
import type { Touch } from './roles/toucher.ts';
import { quantile } from './statistics.ts';
import { digits } from './wording.ts';

const TIMES = 9;

/**
 * What it costs to touch a page of memory again after it has rested so long. On a machine that keeps its memory, little more than a
 * miss of its caches. What shares a host with others may find that it takes microseconds for each page, which is nobody's work: neither the
 * process nor its kernel sees more than that the time is gone.
 */
export async function restedMemory(rest_ms: number): Promise<Touch> {
  const child = startRole('toucher', {});
  const touches: Touch[] = [];
  try {
    for (let time = 0; time < TIMES; time += 1) touches.push(await child.ask<Touch>('touch', rest_ms));
  } finally {
    await child.end();
  }
  return {
    first_ns: quantile(
      touches.map(({ first_ns }) => first_ns),
      0.5,
    ),
    again_ns: quantile(
      touches.map(({ again_ns }) => again_ns),
      0.5,
    ),
  };
}

export function touchText({ first_ns, again_ns }: Touch, rest_ms: number): string {
  return `a page of memory that nobody touched for ${rest_ms} ms took ${digits(first_ns)} ns to touch, another line of it then ${digits(again_ns)} ns`;
}
