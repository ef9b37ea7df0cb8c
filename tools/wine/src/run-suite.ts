import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './run-command.ts';
import { lineAbout, readReport } from './suite-report.ts';
import type { SuiteReport } from './suite-report.ts';
import type { WinePrefix } from './wine-prefix.ts';

/** Where and how the tests are run. */
export interface SuiteRun {
  /** A name for the files of this run. */
  readonly name: string;
  readonly wine: string;
  readonly prefix: WinePrefix;
  readonly nodeExe: string;
  /** What is drive S:; the copy of the sources is its folder `suite`. */
  readonly drive: string;
  readonly logs: string;
  /** Substrings of the paths of test files; none: all. */
  readonly patterns: readonly string[];
  readonly workers: number;
  readonly limit_ms: number;
  /** Told of every file that ended. */
  readonly onFile: (line: string) => void;
}

/** How a run ended. */
export interface SuiteEnd {
  readonly report: SuiteReport;
  readonly isLate: boolean;
  readonly exitCode: number | null;
  /** The end of what vitest itself wrote, for the case that it could not even start. */
  readonly said: string;
}

/** Runs the tests with Node for Windows. Whatever happens, what was written down until then is in the report. */
export async function runSuite(run: SuiteRun): Promise<SuiteEnd> {
  const reportName = `${run.name}.jsonl`;
  const reportPath = path.join(run.drive, reportName);
  let told = 0;
  const tell = (): void => {
    const { files } = readReport(readText(reportPath));
    for (const file of files.slice(told)) run.onFile(lineAbout(file));
    told = files.length;
  };
  const timer = setInterval(tell, 2_000);
  try {
    const { exitCode, isLate, output, complaints } = await runCommand({
      name: run.name,
      file: run.wine,
      arguments: [
        run.nodeExe,
        'node_modules/vitest/vitest.mjs',
        'run',
        `--maxWorkers=${run.workers}`,
        ...run.patterns,
      ],
      cwd: path.join(run.drive, 'suite'),
      env: { ...run.prefix.env, TAPPS_WINE_REPORT: `S:\\${reportName}` },
      logs: run.logs,
      limit_ms: run.limit_ms,
    });
    tell();
    return {
      report: readReport(readText(reportPath)),
      isLate,
      exitCode,
      said: `${output.slice(-3_000)}\n${complaints.slice(-3_000)}`.trim(),
    };
  } finally {
    clearInterval(timer);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Nothing was written down yet.
  }
}
