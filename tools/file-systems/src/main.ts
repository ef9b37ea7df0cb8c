import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { readCommandLine } from '../../command-line.ts';
import { checks, examine, type Row } from './conformance.ts';
import { faultChecks } from './faults.ts';
import { fileSystemKinds, type FileSystemKind } from './kinds.ts';
import { plantedFaults, type PlantedFault } from './planted-faults.ts';
import { tableOf } from './table.ts';

/*
 * `npm run file-systems -- conformance [--only ext4,exfat] [--json FILE] [--plant FAULT]` makes each file system in an image
 * and checks the queue on it; `faults [--only PART] [--plant FAULT]` brings about real faults. Exits with 1 when something is broken, and with 77 when nothing is, but
 * not everything could be had here.
 */

/** What a test says that could not run here (automake, "Scripts-based Testsuites"). */
const skippedExitCode = 77;

const USAGE = `npm run file-systems -- conformance [--only ${fileSystemKinds.join(',')}] [--json FILE] [--plant FAULT]
    the queue on each file system, in images (as root). Faults: ${plantedFaults.join(', ')}
npm run file-systems -- faults [--only PART] [--plant FAULT]
    real faults: ${faultChecks.map(({ name }) => name).join(', ')}`;

const { values, positionals } = readCommandLine(USAGE, {
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    plant: { type: 'string' },
  },
});

const [command, ...others] = positionals;
if (command === 'conformance' && others.length === 0) await conformance();
else if (command === 'faults' && others.length === 0) await faults();
else refuse(`Say what to do: conformance or faults; got ${JSON.stringify(positionals.join(' '))}.`);

async function conformance(): Promise<void> {
  const kinds = (values.only?.split(',') ?? fileSystemKinds).map((name) =>
    oneOf(name, fileSystemKinds, '--only'),
  );
  const fault = values.plant === undefined ? undefined : oneOf(values.plant, plantedFaults, '--plant');
  const rows = await Promise.all(kinds.map((kind) => examine(kind, fault)));
  console.log(tableOf(rows));
  for (const { name, meaning } of checks) console.log(`${name}: ${meaning}`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ checks: checksOf(), rows }, null, 2)}\n`);
  report(rows);
}

/** One fault after the other: each wants the disk, or the processors, for itself. */
async function faults(): Promise<void> {
  const chosen = faultChecks.filter(({ name }) => values.only === undefined || name.includes(values.only));
  if (chosen.length === 0)
    refuse(`--only must be a part of ${faultChecks.map(({ name }) => name).join(', ')}.`);
  const fault = values.plant === undefined ? undefined : oneOf(values.plant, plantedFaults, '--plant');
  let [skipped, broken] = [0, 0];
  for (const check of chosen) {
    const reason = check.whyUnavailable();
    const began_ms = performance.now();
    let outcome = `SKIPPED: ${reason}`;
    if (reason !== null) skipped += 1;
    else {
      try {
        outcome = `holds: ${await check.run(fault)}`;
      } catch (error) {
        broken += 1;
        outcome = `BROKEN: ${inspect(error)}`;
      }
    }
    console.log(`${check.name} (${((performance.now() - began_ms) / 1_000).toFixed(1)} s): ${outcome}`);
  }
  console.log(
    `\n${chosen.length - skipped - broken} faults met as promised, ${broken} not, ${skipped} skipped.`,
  );
  if (broken > 0) process.exitCode = 1;
  else if (skipped > 0) process.exitCode = skippedExitCode;
}

function checksOf(): { name: string; meaning: string }[] {
  return checks.map(({ name, meaning }) => ({ name, meaning }));
}

function report(rows: readonly Row[]): void {
  const missing = rows.filter(({ unavailable }) => unavailable !== null);
  const broken = rows.flatMap(({ fileSystem, cells }) =>
    cells.filter((cell) => cell.broken !== null).map((cell) => ({ fileSystem, ...cell })),
  );
  for (const { fileSystem, unavailable } of missing) console.log(`\nSKIPPED ${fileSystem}: ${unavailable}`);
  for (const { fileSystem, check, broken: what } of broken)
    console.log(`\nBROKEN on ${fileSystem}, ${check}: ${what}`);
  if (broken.length > 0) process.exitCode = 1;
  else if (missing.length > 0) process.exitCode = skippedExitCode;
  else console.log(`\n${rows.length - missing.length} file systems, ${checks.length} checks each: all hold.`);
}

function oneOf<T extends FileSystemKind | PlantedFault>(name: string, all: readonly T[], option: string): T {
  const found = all.find((each) => each === name);
  return found ?? refuse(`${option} must be one of ${all.join(', ')}; got ${JSON.stringify(name)}.`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}
