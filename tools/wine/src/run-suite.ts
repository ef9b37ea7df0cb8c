import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './run-command.ts';
import { readReport } from './suite-report.ts';
import type { FileOutcome, SuiteReport } from './suite-report.ts';
import type { WinePrefix } from './wine-prefix.ts';

/** Where and how test files are run. */
export interface SuiteRun {
  /** A name for the files of this run. */
  readonly name: string;
  readonly wine: string;
  readonly prefix: WinePrefix;
  readonly nodeExe: string;
  /** What is drive S:; the copy of the sources is its folder `suite`. */
  readonly drive: string;
  readonly logs: string;
  readonly files: readonly string[];
  readonly workers: number;
  /** Whether each file has a process to itself, instead of one that went through other files before. */
  readonly isolates: boolean;
  /** How long all of it may take. */
  readonly limit_ms: number;
  /** How long one file may take. */
  readonly fileLimit_ms: number;
  /** Told of every file that ended. */
  readonly onFile?: (outcome: FileOutcome) => void;
}

/** How a run ended. */
export interface SuiteEnd {
  readonly report: SuiteReport;
  /** Files that took too long; the run was ended for their sake. */
  readonly hung: readonly string[];
  /** Nothing began or ended for as long as one file may take; the run was ended. */
  readonly isStuck: boolean;
  /** It was ended as a whole. */
  readonly isLate: boolean;
  readonly exitCode: number | null;
  /** The end of what vitest itself wrote, for the case that it could not even start. */
  readonly said: string;
}

const look_ms = 1_000;

/**
 * Runs test files with one vitest of Node for Windows, and ends it when a file takes too long. Whatever happens, what was
 * written down until then is in the report, and no process is left in its Windows.
 */
export async function runSuite(run: SuiteRun): Promise<SuiteEnd> {
  const [reportName, listName] = [`${run.name}.jsonl`, `${run.name}.files.json`];
  const reportPath = path.join(run.drive, reportName);
  writeFileSync(path.join(run.drive, listName), JSON.stringify(run.files));
  const giveUp = new AbortController();
  let [hung, isStuck, told]: [readonly string[], boolean, number] = [[], false, 0];
  const clock = new FileClock(performance.now());
  const look = (): SuiteReport => {
    const report = readReport(readText(reportPath));
    for (const file of report.files.slice(told)) run.onFile?.(file);
    told = report.files.length;
    return report;
  };
  const timer = setInterval(() => {
    if (giveUp.signal.aborted) return;
    const now_ms = performance.now();
    hung = clock.lateOnes(look(), now_ms, run.fileLimit_ms);
    isStuck = hung.length === 0 && now_ms - clock.lastNews_ms > run.fileLimit_ms;
    if (hung.length > 0 || isStuck) giveUp.abort();
  }, look_ms);
  try {
    const { exitCode, isLate, output, complaints } = await runCommand({
      name: run.name,
      file: run.wine,
      arguments: [run.nodeExe, 'node_modules/vitest/vitest.mjs', 'run', `--maxWorkers=${run.workers}`],
      cwd: path.join(run.drive, 'suite'),
      env: {
        ...run.prefix.env,
        TAPPS_WINE_REPORT: `S:\\${reportName}`,
        TAPPS_WINE_FILES: `S:\\${listName}`,
        TAPPS_WINE_ISOLATE: String(run.isolates),
      },
      logs: run.logs,
      limit_ms: run.limit_ms,
      signal: giveUp.signal,
    });
    run.prefix.endProcesses();
    const said = `${output.slice(-3_000)}\n${complaints.slice(-3_000)}`.trim();
    return { report: look(), hung, isStuck, isLate, exitCode, said };
  } finally {
    clearInterval(timer);
  }
}

/** Knows when each file began, by the clock of whoever asks. */
export class FileClock {
  readonly #began_ms = new Map<string, number>();
  #news = 0;
  #lastNews_ms: number;

  constructor(now_ms: number) {
    this.#lastNews_ms = now_ms;
  }

  /** When a file was last seen to begin or to end. */
  get lastNews_ms(): number {
    return this.#lastNews_ms;
  }

  /** The files that began, have not ended, and have taken too long. */
  lateOnes({ began, files }: SuiteReport, now_ms: number, limit_ms: number): readonly string[] {
    if (began.length + files.length > this.#news) this.#lastNews_ms = now_ms;
    this.#news = began.length + files.length;
    for (const file of began) if (!this.#began_ms.has(file)) this.#began_ms.set(file, now_ms);
    const ended = new Set(files.map(({ file }) => file));
    return began.filter(
      (file) => !ended.has(file) && now_ms - (this.#began_ms.get(file) ?? now_ms) > limit_ms,
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Nothing was written down yet.
  }
}
