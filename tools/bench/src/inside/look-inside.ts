import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, UsageError, type Options } from '../options.ts';
import { WARM_FACTOR } from '../contest.ts';
import { findPlaces } from '../place.ts';
import { thisMachine, type Machine } from '../report/machine.ts';
import { NODE_CALLS, PROTOCOL_CALLS, QUEUE } from '../subjects.ts';
import { countCalls, whyNoStrace, type CallCounts } from './count-calls.ts';
import { callsText, profileText } from './inside-text.ts';
import { takeProfile, type SubjectProfile } from './take-profile.ts';

/** What `--profile` or `--calls` found; written as it is by `--json`. */
export interface InsideReport {
  readonly takenAt: string;
  readonly command: string;
  readonly machine: Machine;
  readonly place: string;
  readonly messages: number;
  readonly profiles: readonly SubjectProfile[];
  readonly calls: readonly CallCounts[];
}

/** How many times as many messages as are looked at go through a subject's directory at the most, with those that warm it up. */
const PASSES = WARM_FACTOR + 5;

/**
 * Looks into one operation of this queue and of what it is compared with, each in a process and a directory of its own, one after the
 * other; prints what it finds. Throws `UsageError` where strace is needed and missing.
 */
export async function lookInside(
  { directory: wanted, sizes, json }: Options,
  { by, name }: NonNullable<Options['inside']>,
): Promise<void> {
  const missing = by === 'calls' ? whyNoStrace() : null;
  if (missing !== null) throw new UsageError(missing);
  const machine = thisMachine();
  const { places } = findPlaces(wanted);
  const [place] = places; // In memory, where that can be had: what is asked for is the processor.
  if (place === undefined) throw new Error('There is no place to measure on.');
  const profiles: SubjectProfile[] = [];
  const calls: CallCounts[] = [];
  for (const subject of [QUEUE, by === 'profile' ? PROTOCOL_CALLS : NODE_CALLS]) {
    await using site = await place.open(sizes.messages * PASSES + 1_000);
    const directory = join(site.directory, 'inside');
    mkdirSync(directory);
    if (by === 'profile') profiles.push(await takeProfile(subject, name, directory, sizes));
    else calls.push(await countCalls(subject, name, directory, sizes.messages));
  }
  const report: InsideReport = {
    takenAt: new Date().toISOString(),
    command: commandOf(process.argv.slice(2)),
    machine,
    place: place.description,
    messages: sizes.messages,
    profiles,
    calls,
  };
  console.log(by === 'profile' ? profileText(report) : callsText(report));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
}
