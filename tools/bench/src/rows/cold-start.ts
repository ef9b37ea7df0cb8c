import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { FillerSettings } from '../roles/filler.ts';
import type { FirstMessage } from '../roles/first-reader.ts';
import type { Context, Row } from '../row.ts';
import { single, spreadOf } from '../statistics.ts';
import { TARGET_SIZE, verdictOf, worstOf } from '../verdict.ts';
import { WORKER } from '../workload.ts';
import { amount, digits, digitsSpread, noteOf, spreadFigures } from '../wording.ts';

/** The first message in the hands of a process that was just started. */
export const coldStartRow: Row = { name: 'cold-start', diskOnly: false, run: measure };

/** Seconds allowed, by backlog. */
const limits = new Map([
  [100_000, 0.3],
  [1_000_000, 2.5],
]);
/** 200 MB. */
const MOST_RESIDENT_MIB = 200e6 / 1_048_576;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const place = context.place.name;
  const results: RowResult[] = [];
  for (const size of coldSizes(context.sizes.many)) {
    await using site = await context.site(size * 2);
    const directory = await filled(join(site.directory, 'messages'), 'assignment', size);
    const firsts: FirstMessage[] = [];
    const listed_s: number[] = [];
    for (let round = 0; round < Math.min(5, context.sizes.rounds); round += 1) {
      listed_s.push(bareListing_s(join(directory, 'inbox', WORKER)));
      firsts.push(await start(directory));
    }
    const mixed_mib = await mixedResident(site.directory, size);
    results.push(judge(place, size, { firsts, listed_s, mixed_mib }));
  }
  for (const size of limits.keys()) {
    if (size <= context.sizes.many) continue;
    const note = size < TARGET_SIZE ? 'the run was a small one' : 'only with --full';
    results.push(resultOf({ ...commonOf(place, size), figure: '', verdict: 'not measured', note }));
  }
  return results;
}

function commonOf(place: string, size: number): Pick<RowResult, 'row' | 'title' | 'place' | 'target'> {
  return {
    row: 'cold-start',
    title: `first message from a cold start at ${amount(size)}`,
    place,
    target: `0.3 s at 100k, 2.5 s at 1M; below 200 MB (${digits(MOST_RESIDENT_MIB)} MiB)`,
  };
}

/** What was measured of boxes of one size. */
export interface ColdStarts {
  readonly firsts: readonly FirstMessage[];
  /** What processes took, from their start on, that only listed the box; one before each of the others. */
  readonly listed_s: readonly number[];
  /** Resident, beside a box that has messages of all priorities, and delayed ones. */
  readonly mixed_mib: number;
}

/** By the time of a box with messages of one kind, and the memory of that and of one that has all kinds. */
export function judge(place: string, size: number, { firsts, listed_s, mixed_mib }: ColdStarts): RowResult {
  const taken = spreadOf(firsts.map(({ taken_ms }) => taken_ms / 1_000));
  const opened = spreadOf(firsts.map(({ opened_ms }) => opened_ms / 1_000));
  const resident_mib = Math.max(...firsts.map((first) => first.resident_mib));
  const most_mib = Math.max(resident_mib, mixed_mib);
  const limit_s = limits.get(size);
  return resultOf({
    ...commonOf(place, size),
    figure: `${digitsSpread(taken)} s, ${digits(resident_mib)} MiB`,
    verdict:
      limit_s === undefined
        ? 'not measured'
        : worstOf([
            verdictOf(taken, { atMost: limit_s }),
            verdictOf(single(most_mib), { atMost: MOST_RESIDENT_MIB }),
          ]),
    note: noteOf(
      `of it from openQueue on ${digits(opened.median)} s`,
      `a process of node that only lists the box (fs.readdirSync) took ${digits(spreadOf(listed_s).median)} s`,
      `${digits(mixed_mib)} MiB where a quarter has each priority and a quarter is delayed`,
    ),
    series: [{ name: 'first message, seconds', points: [{ x: size, y: taken }] }],
    figures: {
      ...spreadFigures('first_s', taken),
      ...spreadFigures('listed_s', spreadOf(listed_s)),
      resident_mib,
      mixed_resident_mib: mixed_mib,
    },
  });
}

function coldSizes(many: number): number[] {
  return many < 100_000 ? [many] : [...limits.keys()].filter((size) => size <= many);
}

/** What of a box is remembered is so many of each priority, and of what is delayed: this one has all of them. */
async function mixedResident(directory: string, size: number): Promise<number> {
  const mixed = await filled(join(directory, 'mixed'), 'mixed', size);
  return (await start(mixed)).resident_mib;
}

async function filled(directory: string, kind: FillerSettings['kind'], size: number): Promise<string> {
  mkdirSync(directory);
  const filler = startRole('filler', { directory, kind });
  try {
    await filler.ask('fill', size);
  } finally {
    await filler.end();
  }
  return directory;
}

/** The limit: from before node is started until the names are there. */
function bareListing_s(box: string): number {
  const began_ns = process.hrtime.bigint();
  const list = `require('node:fs').readdirSync(${JSON.stringify(box)}); console.log(String(process.hrtime.bigint()))`;
  const { status, error, stdout, stderr } = spawnSync(process.execPath, ['-e', list], { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`The box could not be listed: ${stderr}`);
  return Number(BigInt(stdout.trim()) - began_ns) / 1e9;
}

async function start(directory: string): Promise<FirstMessage> {
  const child = startRole('firstReader', { directory, started_ns: String(process.hrtime.bigint()) });
  try {
    return await child.ask<FirstMessage>('first');
  } finally {
    await child.end();
  }
}
