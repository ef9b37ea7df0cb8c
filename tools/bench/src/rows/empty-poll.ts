import { setTimeout } from 'node:timers/promises';
import type { Timing } from '../operation.ts';
import { startRole } from '../programs.ts';
import type { Mail } from '../roles/poller.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { spreadOf } from '../statistics.ts';
import { amount, digits } from '../wording.ts';

/** What a look into an empty box costs, whose directory once was large. */
export const emptyPollRow: Row = { name: 'empty-poll', diskOnly: false, run: measure };

const AT_MOST_US = 20;
const TARGET_SIZE = 1_000_000;
/** Beyond this age of the last change the queue trusts a directory's time (FAT: 2 s). */
const SETTLING_MS = 2_100;
const POLLS = 500;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.many);
  const child = startRole('poller', { directory: site.directory });
  const costs_us: Record<'poll' | 'look' | 'list', number[]> = { poll: [], look: [], list: [] };
  let mail: Mail = { late: 0, missed: 0 };
  const mails = Math.min(200, sizes.messages);
  try {
    await child.ask('drain', sizes.many);
    mail = await child.ask<Mail>('mail', mails);
    await child.ask('poll', 1);
    await setTimeout(SETTLING_MS);
    await child.ask('poll', 1); // The listing from which on the time is trusted.
    for (let round = 0; round < sizes.rounds; round += 1) {
      for (const verb of ['poll', 'look', 'list'] as const) {
        const count = verb === 'list' ? 20 : POLLS;
        const { wall_us } = await child.ask<Timing>(verb, count);
        costs_us[verb].push(wall_us / count);
      }
    }
  } finally {
    await child.end();
  }
  const poll = spreadOf(costs_us.poll);
  const enough = sizes.many >= TARGET_SIZE;
  return [
    resultOf({
      row: 'empty-poll',
      title: `an empty poll after ${amount(sizes.many)} messages were drained`,
      place: place.name,
      target: `${AT_MOST_US} µs, without missing mail`,
      figure: `${digits(poll.median)} µs (${digits(poll.low)}–${digits(poll.high)}); ${mail.missed} of ${mails} messages missed for a poll interval, ${mail.late} by the very next poll`,
      verdict: poll.median > AT_MOST_US || mail.missed > 0 ? 'missed' : enough ? 'met' : 'not measured',
      note: `a bare lstat ${digits(spreadOf(costs_us.look).median)} µs, a bare listing ${digits(spreadOf(costs_us.list).median)} µs${enough ? '' : '; held so far, 1M only with --full'}`,
      figures: { poll_us: poll.median, ...mail },
    }),
  ];
}
