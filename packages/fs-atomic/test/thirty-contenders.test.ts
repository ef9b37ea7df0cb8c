import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleProgram } from './child/run.ts';
import type { Child } from './child/run.ts';
import { names, place } from './support.ts';

/*
 * Elsewhere, of 30 writers that wanted one lock some never had it: who had waited for long looked ever more rarely, and whoever
 * came new, or had it last, was faster each time.
 *
 * Here the mutex promises no order, but no pause between two looks is longer than a quarter of a second, however long the
 * wait, and each is random. So everybody gets it as long as it is ever free.
 */

const PROCESSES = 6;
const CONTENDERS = 5;
const TURNS = 4;

test('thirty contenders in six processes: each gets the mutex each time it wants it', async () => {
  await using program = await bundleProgram();
  await using here = await place();
  await mkdir(join(here.path, 'owners'));
  const started: Child[] = Array.from({ length: PROCESSES }, () =>
    program.start('contenders', here.path, `${CONTENDERS}`, TURNS),
  );
  try {
    for (const one of started) expect(await one.next()).toBe('ready');
    for (const one of started) one.go();
    const turns = (await Promise.all(started.map((one) => one.next()))) as number[][];
    for (const one of started) expect(await one.ended()).toBe(0);
    expect(turns.flat()).toEqual(Array.from({ length: PROCESSES * CONTENDERS }, () => TURNS));
    const all = PROCESSES * CONTENDERS * TURNS;
    expect(names(join(here.path, 'mutex'))).toEqual([`g${all}~free`]);
  } finally {
    for (const one of started) await one[Symbol.asyncDispose]();
  }
}, 120_000);
