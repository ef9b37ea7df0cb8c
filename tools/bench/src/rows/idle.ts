import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { digits } from '../wording.ts';

/** What waiting costs. */
export const idleRow: Row = { name: 'idle', diskOnly: false, run: measure };

const AGENTS = 200;
/**
 * What waits does so for hours, and is not judged by its first seconds: until a directory's times are trusted (2 s) an idle poll
 * lists, and a process that has just loaded its code collects its memory once more when it has come to rest (after some 8 s).
 */
const SETTLING_MS = 15_000;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(5_000);
  const settling_ms = sizes.messages < 1_000 ? 0 : SETTLING_MS;
  const common = {
    row: 'idle',
    place: place.name,
    note: `over ${sizes.idle_s} s, after ${SETTLING_MS / 1_000} s`,
  };
  const results: RowResult[] = [];
  for (const [title, agents, atMost] of [
    ['idle: 1 worker', 0, 0.5],
    [`idle: an orchestrator collecting from ${AGENTS} agents`, AGENTS, 2],
  ] as const) {
    const directory = join(site.directory, String(agents));
    mkdirSync(directory);
    const child = startRole('idler', { directory, agents });
    try {
      await child.ask('idle', 0);
      await setTimeout(settling_ms);
      const { percent } = await child.ask<{ percent: number }>('idle', sizes.idle_s);
      results.push(
        resultOf({
          ...common,
          title,
          target: `${atMost} % of one core`,
          figure: `${digits(percent)} %`,
          verdict: percent <= atMost ? 'met' : 'missed',
          figures: { percent },
        }),
      );
    } finally {
      await child.end();
    }
  }
  return results;
}
