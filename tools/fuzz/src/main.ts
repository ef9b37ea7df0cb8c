import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { fuzz, type FuzzResult } from './fuzz.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { inputOf, tryInput } from './run-target.ts';
import { slicesFor } from './slices.ts';
import { serve, type SliceReport, type WorkerSetup } from './worker.ts';

/*
 * `npm run fuzz -- [--inputs 1000000] [--seed 1] [--only message,tree]` fuzzes; `--target T --seed S --index N` or
 * `--target T --input FILE` tries one input. Exits with 1 as soon as a promise was broken.
 */

if (isMainThread) await main(process.argv.slice(2));
else serve();

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(USAGE);
    return;
  }
  let options: Options;
  try {
    options = readOptions(argv);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
    return;
  }
  await (options.replay === null ? fuzzAll(options, argv) : replay(options));
}

async function fuzzAll(options: Options, argv: readonly string[]): Promise<void> {
  const began_ms = performance.now();
  const slices = slicesFor(options.targets, options.inputs, options.diskInputs);
  const result = await fuzz(options, slices, start, argv, tell);
  const seconds = (performance.now() - began_ms) / 1_000;
  summarise(result, seconds);
  if (result.finding !== null) keep(result.finding, options);
  // Every way of exiting waits for all threads. Whoever started this process takes it for a failure, as it should.
  if (result.isStuck) process.kill(process.pid, 'SIGKILL');
}

function start(setup: WorkerSetup): Worker {
  return new Worker(fileURLToPath(import.meta.url), { workerData: setup });
}

function tell({ slice, done, slowest_ms, report, unrepeated }: SliceReport): void {
  for (const seen of unrepeated)
    console.log(`NOT REPEATED (another program may have looked at the files at that moment): ${seen}`);
  const note = report === '' ? '' : `; ${report}`;
  console.log(
    `${slice.target}: ${done} inputs from ${slice.first}, slowest ${Math.round(slowest_ms)} ms${note}`,
  );
}

function summarise({ reports, finding }: FuzzResult, seconds: number): void {
  const done = reports.reduce((sum, report) => sum + report.done, 0);
  const growth = Math.max(0, ...reports.map(({ growth_bytes }) => growth_bytes ?? 0));
  const rate = `${seconds.toFixed(1)} s, ${Math.round(done / seconds)} a second, memory grew by at most ${(growth / 1_048_576).toFixed(1)} MiB`;
  console.log(
    finding === null ? `${done} inputs: every promise was kept (${rate})` : `${done} inputs (${rate})`,
  );
}

function keep(
  { target, seed, index, input, message }: NonNullable<FuzzResult['finding']>,
  options: Options,
): void {
  mkdirSync(options.failures, { recursive: true });
  const file = join(options.failures, `${target}-${seed}-${index ?? 'given'}.input`);
  writeFileSync(file, input);
  console.log(`BROKEN: ${target}, seed ${seed}, index ${index}: ${message}`);
  console.log(`\nThe input (${input.byteLength} bytes) is in ${file}. Replay it with:`);
  console.log(`  npm run fuzz -- --target ${target} --seed ${seed} --index ${index}`);
  console.log(`  npm run fuzz -- --target ${target} --input ${file}`);
  process.exitCode = 1;
}

async function replay({ targets, replay: which, seed }: Options): Promise<void> {
  const [target] = targets;
  if (target === undefined || targets.length > 1 || which === null) {
    console.error('Replaying needs one --target.');
    process.exitCode = 2;
    return;
  }
  await target.prepare?.();
  const input =
    'file' in which ? new Uint8Array(readFileSync(which.file)) : inputOf(target, seed, which.index);
  const shown = new TextDecoder().decode(input.subarray(0, 2_000));
  console.log(`${target.name}, ${input.byteLength} bytes: ${JSON.stringify(shown)}`);
  const error = await tryInput(target, input);
  console.log(error === null ? 'Every promise was kept.' : `BROKEN: ${error.message}`);
  if (error !== null) process.exitCode = 1;
}
