import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from '../../command-line.ts';
import type { Moment } from './killing-file-system.ts';
import { operationNamed, operations } from './operations.ts';
import { tryOperation, type TrialReport } from './trial.ts';
import { endVictims } from './run-victim.ts';
import { isFault, plantedFaults } from './planted-faults.ts';

/*
 * `npm run crash [-- --only ack,retry] [--call 7] [--directory /dev/shm] [--fault NAME]` kills a process at every call of
 * every operation, and exits with 1 if a promise was broken or nobody was killed. `--moments after,torn` leaves out the kills right before each
 * call: they find on the disk what those right after the call before it find.
 */

const allMoments = ['before', 'after', 'torn'] as const satisfies readonly Moment[];

const USAGE = `npm run crash -- [--only OPERATION,...] [--call N] [--moments ${allMoments.join(',')}] [--directory DIRECTORY] [--workers N] [--fault NAME]
    kills a process at every call of every operation; --calls lists the calls
operations: ${operations.map(({ name }) => name).join(', ')}
faults: ${Object.keys(plantedFaults).join(', ')}`;

const { values } = readCommandLine(USAGE, {
  options: {
    only: { type: 'string' },
    call: { type: 'string' },
    fault: { type: 'string' },
    directory: { type: 'string', default: tmpdir() },
    workers: { type: 'string', default: String(2 * availableParallelism()) },
    calls: { type: 'boolean', default: false },
    moments: { type: 'string', default: allMoments.join(',') },
  },
});

const chosen =
  values.only === undefined ? operations : values.only.split(',').map((name) => operationNamed(name));
const call = values.call === undefined ? undefined : wholeNumber('call', values.call);
if (values.fault !== undefined && !isFault(values.fault)) {
  refuse(`There is no fault ${values.fault}: ${Object.keys(plantedFaults).join(', ')}.`);
}

const moments = allMoments.filter((moment) => values.moments.split(',').includes(moment));
if (moments.length === 0) refuse(`--moments must be some of ${allMoments.join(',')}; got ${values.moments}.`);

const directory = mkdtempSync(join(values.directory, 'tapps-crash-'));
process.on('exit', () => {
  endVictims();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const began_ms = performance.now();
const reports: TrialReport[] = [];
console.log('operation              calls   runs  killed  broken  killed at every call of:');
for (const operation of chosen) {
  const report = await tryOperation(operation, {
    program: join(import.meta.dirname, 'victim.js'),
    directory,
    only: call === undefined ? undefined : (made) => made.call === call,
    moments,
    fault: values.fault,
    workers: wholeNumber('workers', values.workers),
  });
  reports.push(report);
  show(report);
}
summarise();

function show({ operation, calls, runs, killed, broken }: TrialReport): void {
  const numbers = [calls.length, runs, killed, broken.length].map((number) => String(number).padStart(7));
  console.log(`${operation.name.padEnd(21)}${numbers.join(' ')}  ${operation.summary}`);
  if (values.calls) {
    for (const { call: number, verb, path, to } of calls)
      console.log(`  ${String(number).padStart(4)} ${verb} ${path}${to === undefined ? '' : ` -> ${to}`}`);
  }
  for (const { death, story, violations, states } of broken.slice(0, 5)) {
    const last = story.calls.at(-1);
    const where =
      death === null
        ? 'not killed'
        : `killed ${death.moment} call ${death.call}: ${last?.verb} ${last?.path}${last?.to === undefined ? '' : ` -> ${last.to}`}`;
    console.log(`  ${where} (${states})`);
    for (const { rule, detail } of violations) console.log(`    BROKEN: ${rule}: ${detail}`);
    const again = death === null ? '' : ` --call ${death.call}`;
    console.log(`    again: npm run crash -- --only ${operation.name}${again}`);
  }
  if (broken.length > 5) console.log(`  and ${broken.length - 5} more`);
}

function summarise(): void {
  const sum = (of: (report: TrialReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const seconds = ((performance.now() - began_ms) / 1_000).toFixed(1);
  const broken = sum((report) => report.broken.length);
  const killed = sum((report) => report.killed);
  const nothing = `NOTHING WAS TRIED: there is no call${call === undefined ? '' : ` ${call}`} to be killed at (${moments.join(', ')}; --calls lists them)`;
  const verdict = broken > 0 ? `${broken} BROKEN` : killed > 0 ? 'every promise was kept' : nothing;
  console.log(
    `${reports.length} operations, ${sum(({ calls }) => calls.length)} calls, ${sum(({ runs }) => runs)} runs, ` +
      `${killed} killed by SIGKILL: ${verdict} (${seconds} s, in ${values.directory})`,
  );
  if (broken > 0 || killed === 0) process.exitCode = 1;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  refuse(`--${option} must be a whole number from 1 up; got ${JSON.stringify(text)}.`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
