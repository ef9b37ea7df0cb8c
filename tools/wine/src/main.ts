import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findOrInstallWine } from './install-wine.ts';
import { parseOptions, usage } from './options.ts';
import type { WineOptions } from './options.ts';
import { plant, plantedFaults } from './planted-faults.ts';
import { runSuite } from './run-suite.ts';
import type { SuiteEnd } from './run-suite.ts';
import { faultsOf, skippedByReason } from './suite-report.ts';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';
import { WineError } from './wine-error.ts';
import { fetchWindowsNode } from './windows-node.ts';
import { makeWinePrefix } from './wine-prefix.ts';
import type { WinePrefix } from './wine-prefix.ts';
import { copyWorkspace, repository } from './workspace-copy.ts';

/** What a check that cannot take place ends with; .ci/run counts it as skipped. */
const exitSkipped = 77;
const plantLimit_ms = 300_000;

/** One Node in a Windows of its own. */
interface Bench {
  readonly line: NodeLine;
  readonly nodeExe: string;
  readonly prefix: WinePrefix;
}

/** Where everything of this run lies. */
interface Workshop {
  readonly wine: string;
  readonly drive: string;
  readonly logs: string;
  readonly testFiles: readonly string[];
}

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const wine = findOrInstallWine();
  const folder = mkdtempSync(path.join(tmpdir(), 'tapps-wine-'));
  const benches: Bench[] = [];
  const tidyUp = (): void => {
    for (const { prefix } of benches.splice(0)) prefix[Symbol.dispose]();
    if (options.keeps) console.log(`Left behind: ${folder}`);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      tidyUp();
      process.exit(130);
    });
  }
  try {
    const [drive, logs] = [path.join(folder, 'drive'), path.join(folder, 'logs')];
    mkdirSync(path.join(drive, 'suite'), { recursive: true });
    mkdirSync(logs);
    const copied = await copyWorkspace(path.join(drive, 'suite'), logs);
    for (const line of options.lines) {
      const programs = await fetchWindowsNode(line, folder, logs);
      const directory = path.join(folder, `windows-${line}`);
      const prefix = await makeWinePrefix({ wine, directory, drive, programs, logs });
      benches.push({ line, nodeExe: path.join(programs, 'node.exe'), prefix });
    }
    const shop = { wine, drive, logs, testFiles: withoutExcluded(copied) };
    return (await work(shop, benches, options)) ? 0 : 1;
  } finally {
    tidyUp();
  }
}

async function work(shop: Workshop, benches: readonly Bench[], options: WineOptions): Promise<boolean> {
  const verdicts = options.runs
    ? await Promise.all(benches.map((bench) => runTests(shop, bench, options, benches.length)))
    : [];
  const [first] = benches;
  if (options.plants && first !== undefined) verdicts.push(await tryPlantedFaults(shop, first));
  return verdicts.every(Boolean);
}

/** The test files that are run at all; says which are not, and why. */
function withoutExcluded(files: readonly string[]): readonly string[] {
  const excluded = JSON.parse(
    readFileSync(path.join(repository, 'tools/wine/not-on-windows.json'), 'utf8'),
  ) as Readonly<Record<string, string>>;
  for (const [folder, reason] of Object.entries(excluded)) console.log(`not run: ${folder}: ${reason}`);
  return files.filter((file) => !Object.keys(excluded).some((folder) => file.startsWith(folder)));
}

/** Runs the tests with one Node; true if all is well. */
async function runTests(
  shop: Workshop,
  bench: Bench,
  options: WineOptions,
  rivals: number,
): Promise<boolean> {
  const began_ms = performance.now();
  const { patterns, limit_ms } = options;
  const end = await runSuite({
    ...shop,
    ...bench,
    name: `tests-${bench.line}`,
    patterns,
    workers: rivals > 1 ? 1 : 2,
    limit_ms,
    onFile: (line) => console.log(`node ${bench.line}: ${line}`),
  });
  const { testFiles } = shop;
  const expected = testFiles.filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)),
  );
  const faults = faultsOf(end.report, expected);
  const failed = tellOf(bench.line, end, faults, (performance.now() - began_ms) / 1000);
  return !failed;
}

function tellOf(line: NodeLine, end: SuiteEnd, faults: readonly string[], seconds: number): boolean {
  const tests = end.report.files.flatMap((file) => file.tests);
  const count = (state: string): number => tests.filter((test) => test.state === state).length;
  console.log(`\n== Node ${nodeVersions[line]} for Windows, under Wine`);
  for (const [reason, names] of skippedByReason(end.report)) {
    console.log(`skipped: ${reason}`);
    for (const name of names) console.log(`  ${name}`);
  }
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  if (end.isLate) console.log('FAULT: the tests were ended: they took too long.');
  const failed = faults.length > 0 || end.isLate || end.exitCode !== 0;
  if (failed) console.log(`what vitest said last:\n${end.said}`);
  console.log(
    `${end.report.files.length} files: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped; ${Math.round(seconds)} s\n`,
  );
  return failed;
}

/** Makes every planted fault in turn; true if each was noticed. */
async function tryPlantedFaults(shop: Workshop, bench: Bench): Promise<boolean> {
  let allNoticed = true;
  for (const [index, fault] of plantedFaults.entries()) {
    using _ = plant(fault, path.join(shop.drive, 'suite'));
    const { report } = await runSuite({
      ...shop,
      ...bench,
      name: `planted-${index}`,
      patterns: [fault.noticedBy],
      workers: 1,
      limit_ms: plantLimit_ms,
      onFile: () => undefined,
    });
    const noticing = report.files.flatMap(({ tests }) => tests.filter(({ state }) => state === 'failed'));
    console.log(
      noticing.length > 0
        ? `planted fault noticed: ${fault.name} (${noticing.map(({ name }) => name).join('; ')})`
        : `PLANTED FAULT NOT NOTICED by ${fault.noticedBy}: ${fault.name}`,
    );
    allNoticed &&= noticing.length > 0;
  }
  return allNoticed;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WineError)) throw error;
  if (error.isUnavailable) console.error(`SKIPPED: no test was run under Wine. ${error.message}`);
  else console.error(error.message);
  process.exitCode = error.isUnavailable ? exitSkipped : 1;
}
