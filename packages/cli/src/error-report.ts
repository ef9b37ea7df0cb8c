import { CliError } from './cli-error.ts';
import { beginningOf, endOf } from './cut-text.ts';
import { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { errorJson } from './json/error.ts';
import { nextStep } from './next-step.ts';
import { join, safe, sanitizeBlock, terminalSafeJson } from './render/safe-text.ts';
import type { SafeText } from './render/safe-text.ts';
import { styleFor, wantsColor } from './render/style.ts';
import { wrapped } from './render/wrapped.ts';

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
  /** The command that failed, where there was one. */
  readonly command?: string | undefined;
}

/** What there is to tell of an error. */
export function describeError(error: unknown, program: string, command?: string): ErrorReport {
  const own = error instanceof CliError ? error : undefined;
  const cause = causeOf(error);
  const code = property(cause, 'code') ?? 'ERR_UNEXPECTED';
  return {
    code,
    message: bounded((error instanceof Error ? error.message : String(error)) || code),
    next:
      property(cause, 'next') ??
      nextStep(code, program, {
        agentId: property(cause, 'agentId'),
        path: property(cause, 'path'),
        command,
        isNearMiss: error instanceof Error && error.message.includes('Did you mean '),
      }),
    faults: faultLines(error),
    exitCode: own?.exitCode ?? EXIT_CODES[code] ?? ExitCode.failure,
    stack: stacks(error),
  };
}

/** Of several failures that have one code the first, which says what to do about all of them. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const [first, ...others]: readonly unknown[] = error.errors;
  const code = property(first, 'code');
  return others.every((other) => property(other, 'code') === code) ? first : error;
}

/**
 * Tells of an error on standard error, never with a stack unless `debug`, and says what to exit with. With `json` it is
 * one line: `{ "error": { "code", "message", "next"?, "stack"? } }`.
 */
export function reportError(error: unknown, io: Io, options: ErrorOptions): ExitCode {
  const report = describeError(error, options.program, options.command);
  const { code, message, next } = report;
  const stack = options.debug ? report.stack : undefined;
  if (options.json) io.stderr.write(`${terminalSafeJson(errorJson({ code, message, next, stack }))}\n`);
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
  return wrapped(join(lines, '\n'), io.stderr.isTerminal ? io.columns : undefined, 2);
}

/** Whatever was quoted, beginning and end of a message stay: what failed, and what to do. */
const MOST_AT_THE_BEGINNING = 1_500;
const MOST_AT_THE_END = 500;

function bounded(message: string): string {
  if (message.length <= MOST_AT_THE_BEGINNING + MOST_AT_THE_END) return message;
  return `${beginningOf(message, MOST_AT_THE_BEGINNING)} … ${endOf(message, MOST_AT_THE_END)}`;
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
