import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shortfalls } from './floors.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { report } from './report.ts';
import { soak } from './soak.ts';

/*
 * `npm run soak -- --seconds 20`: real processes on a real directory, harmed at random. Data on standard output, all else on
 * standard error. Exits with 0 when every promise was kept, 1 when one was broken or too little happened to say so, 2 when it was called wrongly.
 */

const options = prepare();
if (options !== undefined) await run(options);

/** Reads the command line, and makes the directory to work in. */
function prepare(): (Options & { readonly directory: string }) | undefined {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    if (parsed === null) {
      console.log(USAGE);
      return undefined;
    }
    if (process.platform === 'win32')
      throw new TypeError('Windows has no SIGSTOP and no SIGCONT; soak elsewhere.');
    return { ...parsed, directory: makeDirectory(parsed.directory) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('See npm run soak -- --help.');
    process.exitCode = 2;
    return undefined;
  }
}

async function run({ directory, json, keep, ...rest }: NonNullable<typeof options>): Promise<void> {
  // Processes that are stopped would stay for ever if this one just ended.
  const called = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => called.abort());
  let passed = false;
  try {
    say(`seed ${rest.seed}`);
    const result = await soak({
      ...rest,
      messages: 0,
      idle_ms: 2_000,
      signal: called.signal,
      directory,
      programs: import.meta.dirname,
      say,
    });
    const short = shortfalls(result, rest);
    console.log(json ? JSON.stringify({ ...result, shortfalls: short }, null, 2) : report(result, short));
    passed = result.violations.length === 0 && short.length === 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  if (passed && !keep) rmSync(directory, { recursive: true });
  else console.error(`Kept: ${directory} (messages/, logs/, effects/)`);
  process.exitCode = passed ? 0 : 1;
}

function makeDirectory(wanted: string | null): string {
  if (wanted === null) return mkdtempSync(join(tmpdir(), 'tapps-soak-'));
  const directory = resolve(wanted);
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0) throw new Error(`${directory} is not empty. Name a new directory.`);
  return directory;
}

function say(line: string): void {
  console.error(line);
}
