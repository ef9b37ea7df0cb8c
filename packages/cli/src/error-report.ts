import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { nextStep } from './next-step.ts';
import { join, safe, sanitizeBlock, terminalSafeJson } from './render/safe-text.ts';
import type { SafeText } from './render/safe-text.ts';
import { styleFor, wantsColor } from './render/style.ts';

/** What is told of an error, whoever made it. */
export interface ErrorReport {
  /** The error's own stable code, such as `ERR_UNKNOWN_AGENT`; `ERR_UNEXPECTED` where it has none. */
  readonly code: string;
  readonly message: string;
  readonly next: string | undefined;
  /** What is wrong with a message, place by place; empty for other errors. */
  readonly faults: readonly string[];
  readonly exitCode: ExitCode;
  readonly stack: string;
}

/** How errors are told. */
export interface ErrorOptions {
  readonly json: boolean;
  readonly debug: boolean;
  readonly color: boolean | undefined;
  /** How this program is called in the commands that are suggested, e.g. `tapps-mq --root /srv/mq`. */
  readonly program: string;
}

/** What there is to tell of an error. */
export function describeError(error: unknown, program: string): ErrorReport {
  const own = error instanceof CliError ? error : undefined;
  const code = codeOf(error);
  return {
    code,
    message: (error instanceof Error ? inWords(error) : String(error)) || code,
    next: property(error, 'next') ?? nextStep(code, program, property(error, 'agentId')),
    faults: faultLines(error),
    exitCode: own?.exitCode ?? EXIT_CODES[code] ?? ExitCode.failure,
    stack: stacks(error),
  };
}

/**
 * Tells of an error on standard error, never with a stack unless `debug`, and says what to exit with. With `json` it is
 * one line: `{ "error": { "code", "message", "next"?, "stack"? } }`.
 */
export function reportError(error: unknown, io: Io, options: ErrorOptions): ExitCode {
  const report = describeError(error, options.program);
  const { code, message, next } = report;
  const stack = options.debug ? report.stack : undefined;
  if (options.json) io.stderr.write(`${terminalSafeJson({ error: { code, message, next, stack } })}\n`);
  else io.stderr.write(`${String(forPeople(report, io, options))}\n`);
  return report.exitCode;
}

function forPeople(report: ErrorReport, io: Io, options: ErrorOptions): SafeText {
  const style = styleFor(wantsColor(options.color, io.env, io.stderr.isTerminal));
  const lines = [
    safe`${style('bad', safe`tapps-mq:`)} ${sanitizeBlock(report.message)} ${style('dim', safe`(${report.code})`)}`,
    ...report.faults.map((fault) => safe`  ${fault}`),
  ];
  if (report.next !== undefined) lines.push(safe`  next: ${style('command', safe`${report.next}`)}`);
  if (options.debug) lines.push(sanitizeBlock(report.stack));
  return join(lines, '\n');
}

const ACCESS_CODES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** An error's own stable code; what the operating system says is filed under ours. */
function codeOf(error: unknown): string {
  const code = property(error, 'code');
  if (property(error, 'syscall') === undefined || code === undefined) return code ?? 'ERR_UNEXPECTED';
  return ACCESS_CODES.has(code) ? 'ERR_ACCESS_DENIED' : 'ERR_IO';
}

/** What a person can act on: no words for programmers, and of the operating system's what failed on which path. */
function inWords(error: Error): string {
  const [syscall, code, path] = [
    property(error, 'syscall'),
    property(error, 'code'),
    property(error, 'path'),
  ];
  if (syscall === undefined)
    return error.message.replace(' See `cause` for the system error; check the disk', ' Check the disk');
  const what = /^[A-Z]+: ([^,]+),/.exec(error.message)?.[1] ?? error.message;
  return `The file system refused ${syscall}${path === undefined ? '' : ` of ${path}`}: ${what} (${code}).`;
}

/** Codes of the packages below that mean something else than failure. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  ERR_INVALID_OPTION: ExitCode.usage,
  ERR_NOT_FOUND: ExitCode.nothingMatched,
};

/** The words of a message error name its first faults; where there are more, they are listed. */
const FAULTS_IN_WORDS = 3;

function faultLines(error: unknown): readonly string[] {
  const faults: unknown =
    typeof error === 'object' && error !== null && 'faults' in error ? error.faults : undefined;
  if (!Array.isArray(faults) || faults.length <= FAULTS_IN_WORDS) return [];
  return faults.map((fault: unknown) => {
    const pointer = property(fault, 'pointer') ?? '';
    return `${pointer === '' ? '(the whole)' : pointer}: expected ${property(fault, 'expected') ?? '?'}, found ${property(fault, 'found') ?? '?'}`;
  });
}

function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stacks(error.cause)}`;
}

function property(of: unknown, name: string): string | undefined {
  if (typeof of !== 'object' || of === null) return undefined;
  const value: unknown = Reflect.get(of, name);
  return typeof value === 'string' ? value : undefined;
}
