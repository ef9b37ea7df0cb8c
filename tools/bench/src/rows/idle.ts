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
/** Before the directory's times are trusted, an idle poll lists. */
const SETTLING_MS = 2_500;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(5_000);
  const common = { row: 'idle', place: place.name, note: `over ${sizes.idle_s} s` };
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
      await setTimeout(SETTLING_MS);
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
