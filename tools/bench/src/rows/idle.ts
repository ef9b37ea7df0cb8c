import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startRole } from '../programs.ts';
import { restedMemory, touchText } from '../rested-memory.ts';
import { LOOK_MS, type IdlerSettings } from '../roles/idler.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { spreadOf } from '../statistics.ts';
import { verdictOf } from '../verdict.ts';
import { digits, noteOf, spreadFigures } from '../wording.ts';

/** What waiting costs. */
export const idleRow: Row = { name: 'idle', diskOnly: false, run: measure };

const AGENTS = 200;
/**
 * What waits does so for hours, and is not judged by its first seconds: until a directory's times are trusted (2 s) an idle poll
 * lists, and a process that has just loaded its code collects its memory once more when it has come to rest (after some 8 s).
 */
const SETTLING_S = 15;
const TIMES = 3;

/** What is measured, and what it may take of one core. */
const waiting = [
  { title: 'idle: 1 worker', waits: 'worker', atMost: 0.5 },
  {
    title: `idle: an orchestrator collecting from ${AGENTS} agents`,
    waits: { collectsFrom: AGENTS },
    atMost: 2,
  },
] as const;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(5_000);
  const settling_s = sizes.messages < 1_000 ? 0 : SETTLING_S;
  const taken = (name: string, waits: IdlerSettings['waits']): Promise<readonly number[]> =>
    percentsOf({ directory: join(site.directory, name), waits }, settling_s, sizes.idle_s);
  const how = `each time over ${sizes.idle_s} s; the first began ${settling_s} s after the start`;
  const results: RowResult[] = [];
  for (const { title, waits, atMost } of waiting) {
    const name = String(results.length);
    // Right before it, as what memory costs that has rested differs from minute to minute on a shared host.
    const looking = await taken(`${name}-looker`, 'looker');
    const memory = await restedMemory(LOOK_MS);
    const percents = await taken(name, waits);
    const row = { place: place.name, title, atMost };
    results.push(judge(row, percents, looking, noteOf(how, touchText(memory, LOOK_MS))));
  }
  return results;
}

/** The middle decides; the worst, and what only looks takes, are told. */
export function judge(
  { place, title, atMost }: { readonly place: string; readonly title: string; readonly atMost: number },
  percents: readonly number[],
  looking_percents: readonly number[],
  how: string,
): RowResult {
  const percent = spreadOf(percents);
  const looking = spreadOf(looking_percents);
  const worst_percent = Math.max(...percents);
  return resultOf({
    row: 'idle',
    place,
    title,
    target: `${atMost} % of one core`,
    figure: `${digits(percent.median)} %; the worst of ${percents.length} times ${digits(worst_percent)} %`,
    verdict: verdictOf(percent, { atMost }),
    note: noteOf(
      `a process of node that only looks at a directory as often as a worker took ${digits(looking.median)} % right before it`,
      how,
    ),
    figures: {
      ...spreadFigures('percent', percent),
      worst_percent,
      ...spreadFigures('looking_percent', looking),
    },
  });
}

async function percentsOf(
  settings: IdlerSettings,
  settling_s: number,
  over_s: number,
): Promise<readonly number[]> {
  mkdirSync(settings.directory);
  const child = startRole('idler', settings);
  const percents: number[] = [];
  try {
    await child.ask('idle', 0);
    await setTimeout(settling_s * 1_000);
    for (let time = 0; time < TIMES; time += 1)
      percents.push((await child.ask<{ percent: number }>('idle', over_s)).percent);
    return percents;
  } finally {
    await child.end();
  }
}
