import { setTimeout } from 'node:timers/promises';
import { Broken } from './check.ts';

/** Looks again and again until it is so; gives up after two minutes, or so many. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patience_ms = 120_000,
): Promise<void> {
  const deadline_ms = performance.now() + patience_ms;
  while (!(await isSo())) {
    if (performance.now() > deadline_ms)
      throw new Broken(`Waited ${patience_ms / 1_000} s in vain for ${what}.`);
    await setTimeout(50);
  }
}
