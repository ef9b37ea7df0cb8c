import { setTimeout } from 'node:timers/promises';
import type { Child } from '../child-process.ts';
import type { Listings } from '../counting-listings.ts';
import { LISTED_AFTER_MS, NO_MAIL, withMail, type Mail } from '../mail.ts';
import type { Timing } from '../operation.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { quantile, single, spreadOf, type Spread } from '../statistics.ts';
import { atSize, verdictOf, worstOf } from '../verdict.ts';
import { amount, digits, digitsSpread, noteOf, spreadFigures } from '../wording.ts';

/** What a look into an empty box costs, whose directory once was large. */
export const emptyPollRow: Row = { name: 'empty-poll', diskOnly: false, run: measure };

const AT_MOST_US = 20;
/** Beyond this age of the last change the queue trusts a directory's time (FAT: 2 s). */
const SETTLING_MS = 2_100;
const POLLS = 500;
/** Messages that are sent one after the other: while they are, no time of the directory is old enough to be trusted. */
const MAILS = 200;
/** Messages that come when it is trusted: each takes as long as that needs. */
const RESTED_MAILS = 12;
/** Polls before each of those, to see that they need no listing. */
const TRUSTING_POLLS = 20;
/** Polls four times a second, over more than the 10 s after which a box is listed however unchanged it looks. */
const SLOW_POLLS = 48;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.many);
  const poller = startRole('poller', { directory: site.directory });
  const costs_us: Record<'poll' | 'look' | 'list', number[]> = { poll: [], look: [], list: [] };
  const mails = Math.min(MAILS, sizes.messages);
  const restedMails = Math.min(RESTED_MAILS, sizes.rounds);
  let first_us: number;
  let mail: Mail;
  let rested: RestedMail;
  let slow_us: readonly number[];
  let changed_us: readonly number[];
  try {
    await poller.ask('drain', sizes.many);
    // As a worker when it starts: the very first listing of a directory that was large takes longer than all others, and is told of.
    first_us = (await poller.ask<Timing>('poll', 1)).wall_us;
    mail = await poller.ask<Mail>('mail', mails);
    rested = await mailToTheRested(poller, site.directory, restedMails);
    await rest(poller);
    for (let round = 0; round < sizes.rounds; round += 1) {
      for (const verb of ['poll', 'look', 'list'] as const) {
        const count = verb === 'list' ? 20 : POLLS;
        // The first ones after listings find cold caches, and are told of by themselves.
        await poller.ask(verb, 10);
        const { wall_us } = await poller.ask<Timing>(verb, count);
        costs_us[verb].push(wall_us / count);
      }
    }
    slow_us = await poller.ask<readonly number[]>('slowly', Math.min(SLOW_POLLS, sizes.messages));
    changed_us = await poller.ask<readonly number[]>('listChanged', mails);
  } finally {
    await poller.end();
  }
  const poll = spreadOf(costs_us.poll);
  const look_us = spreadOf(costs_us.look).median;
  const list_us = spreadOf(costs_us.list).median;
  return [
    judge(
      { place: place.name, drained: sizes.many, mails, restedMails },
      { first_us, poll, slow_us, look_us, list_us, changed_us, mail, rested },
    ),
  ];
}

/** What was measured of polls, and what became of mail. */
export interface Polls {
  /** The first one, which a worker makes when it starts, and which lists the box. */
  readonly first_us: number;
  readonly poll: Spread;
  readonly slow_us: readonly number[];
  readonly look_us: number;
  readonly list_us: number;
  /** Of bare calls, each after a change, when the disk has come to rest. */
  readonly changed_us: readonly number[];
  readonly mail: Mail;
  readonly rested: RestedMail;
}

/** Polls between two listings are judged, and that no mail was missed. Where they listed after all, nothing is said of the cheap ones. */
export function judge(
  {
    place,
    drained,
    mails,
    restedMails,
  }: {
    readonly place: string;
    readonly drained: number;
    readonly mails: number;
    readonly restedMails: number;
  },
  { first_us, poll, slow_us, look_us, list_us, changed_us, mail, rested }: Polls,
): RowResult {
  const missed = mail.missed + rested.missed;
  const reached = worstOf([
    verdictOf(poll, { atMost: AT_MOST_US }),
    verdictOf(single(missed), { atMost: 0 }),
    rested.listings > 0 ? 'not measured' : 'met',
  ]);
  const { verdict, note } = atSize(reached, drained);
  return resultOf({
    row: 'empty-poll',
    title: `an empty poll after ${amount(drained)} messages were drained`,
    place,
    target: `${AT_MOST_US} µs between two listings, without missing mail`,
    figure: `${digitsSpread(poll)} µs; missed ${missed} of ${mails + restedMails} messages`,
    verdict,
    note: noteOf(
      `missed: not found within a poll interval; of ${mails} sent one after the other ${mail.missed}, and ${mail.late} were not found by the very next poll; the slowest was found after ${digits(mail.slowest_ms)} ms`,
      `of ${restedMails} that another process sent into a box at rest, after polls that listed it ${rested.listings} times, ${rested.missed} and ${rested.late}`,
      `the first poll, which lists the box and before which no mail was sent, took ${digits(first_us)} µs`,
      `four polls a second, after rests and with the listing of each 10 s, took ${digits(quantile(slow_us, 0.5))} µs in the middle of ${slow_us.length} and ${digits(Math.max(...slow_us))} µs at the most`,
      `a bare lstat ${digits(look_us)} µs, a bare listing ${digits(list_us)} µs; of ${changed_us.length} bare listings, each ${LISTED_AFTER_MS} ms after the box had changed, the slowest took ${digits(Math.max(...changed_us) / 1_000)} ms`,
      note,
    ),
    figures: {
      ...spreadFigures('poll_us', poll),
      first_us,
      slow_us: quantile(slow_us, 0.5),
      slowest_us: Math.max(...slow_us),
      ...mail,
      slowest_changed_us: Math.max(...changed_us),
      rested_late: rested.late,
      rested_slowest_ms: rested.slowest_ms,
      rested_missed: rested.missed,
      rested_listings: rested.listings,
    },
  });
}

/** What became of mail to a box at rest. */
export interface RestedMail extends Mail {
  /** In all polls of a box at rest, before mail came: none where its time was trusted. */
  readonly listings: number;
}

/** Another process sends into the box when it has been at rest for so long that a poll does not list it any more. */
async function mailToTheRested(poller: Child, directory: string, count: number): Promise<RestedMail> {
  const caller = startRole('caller', { directory, pause_ms: 0 });
  let mail = NO_MAIL;
  let listings = 0;
  try {
    for (let sent = 0; sent < count; sent += 1) {
      await rest(poller);
      listings += (await poller.ask<Listings>('listed', TRUSTING_POLLS)).count;
      await caller.ask('call', 1);
      mail = withMail(mail, await poller.ask<Mail>('find'));
    }
  } finally {
    await caller.end();
  }
  return { ...mail, listings };
}

/** Lets the box rest until its directory's time is trusted: from the second listing on, more than two seconds after the first. */
async function rest(poller: Child): Promise<void> {
  await poller.ask('poll', 1);
  await setTimeout(SETTLING_MS);
  await poller.ask('poll', 1);
}
