import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { allOf } from './all-of.ts';
import { documentedText } from './documents.ts';
import { excludedFiles } from './excluded-files.ts';
import { findOrInstallWine } from './install-wine.ts';
import { parseOptions, usage } from './options.ts';
import type { WineOptions } from './options.ts';
import { runWhole } from './run-whole.ts';
import { lineAbout } from './suite-report.ts';
import { tellOf } from './tell.ts';
import { tryPlantedFaults } from './try-planted-faults.ts';
import { withUnnamedReasons } from './unnamed-reasons.ts';
import type { NodeLine } from './versions.ts';
import type { Bench, Workshop } from './workshop.ts';
import { WineError } from './wine-error.ts';
import { fetchWindowsNode } from './windows-node.ts';
import { makeWindows, winePrefix } from './wine-prefix.ts';
import { roomyDirectory } from './workplace.ts';
import { copyWorkspace } from './workspace-copy.ts';

/** What a check that cannot take place ends with; .ci/run counts it as skipped. */
const exitSkipped = 77;

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const deadline_ms = performance.now() + options.limit_ms;
  const wine = findOrInstallWine();
  const folder = mkdtempSync(path.join(roomyDirectory(), 'tapps-wine-'));
  const benches: Bench[] = [];
  const tidyUp = (): void => {
    for (const { prefix } of benches.splice(0)) prefix.endProcesses();
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
    const makeBench = async (line: NodeLine): Promise<void> => {
      const programs = await fetchWindowsNode(line, folder, logs);
      const directory = path.join(folder, `windows-${line}`);
      const windows = { wine, directory, drive, programs, logs };
      const prefix = winePrefix(windows);
      benches.push({ line, nodeExe: path.join(programs, 'node.exe'), prefix }); // Before anything of it runs.
      await makeWindows(prefix, windows);
    };
    const [copied] = await allOf([
      copyWorkspace(path.join(drive, 'suite'), logs),
      ...options.lines.map(makeBench),
    ]);
    benches.sort((a, b) => options.lines.indexOf(a.line) - options.lines.indexOf(b.line));
    const shop = { wine, drive, logs, testFiles: withoutExcluded(copied), deadline_ms };
    return (await work(shop, benches, options)) ? 0 : 1;
  } finally {
    tidyUp();
  }
}

async function work(shop: Workshop, benches: readonly Bench[], options: WineOptions): Promise<boolean> {
  const verdicts = options.runs ? await allOf(benches.map((bench) => runTests(shop, bench, options))) : [];
  const [first] = benches;
  if (options.plants && first !== undefined) verdicts.push(await tryPlantedFaults(shop, first));
  return verdicts.every(Boolean);
}

/** The test files that are run at all; says which are not, and why. */
function withoutExcluded(files: readonly string[]): readonly string[] {
  const excluded = excludedFiles();
  for (const [file, reason] of Object.entries(excluded)) console.log(`not run: ${file}: ${reason}`);
  return files.filter((file) => !(file in excluded));
}

/** Runs the tests with one Node; true if all is well. */
async function runTests(shop: Workshop, bench: Bench, options: WineOptions): Promise<boolean> {
  const began_ms = performance.now();
  const { workers, fileLimit_ms, retries } = options;
  const patterns = options.only.get(bench.line) ?? options.patterns;
  const files = shop.testFiles.filter(
    (file) =>
      (patterns.length === 0 || patterns.some((pattern) => file.includes(pattern))) &&
      !options.without.some((pattern) => file.includes(pattern)),
  );
  if (files.length === 0) throw new WineError(`No test file has ${patterns.join(' or ')} in its path.`);
  const whole = await runWhole({
    ...shop,
    ...bench,
    name: `tests-${bench.line}`,
    files,
    workers,
    isolates: false,
    limit_ms: shop.deadline_ms - began_ms,
    fileLimit_ms,
    retries,
    onFile: (outcome) => console.log(`node ${bench.line}: ${lineAbout(outcome)}`),
  });
  const end = withUnnamedReasons(whole, documentedText());
  tellOf(bench.line, end, (performance.now() - began_ms) / 1000);
  return end.faults.length === 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WineError)) throw error;
  if (error.isUnavailable) console.error(`SKIPPED: no test was run under Wine. ${error.message}`);
  else console.error(error.message);
  process.exitCode = error.isUnavailable ? exitSkipped : 1;
}
