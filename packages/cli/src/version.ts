import packageJson from '../package.json' with { type: 'json' };
import { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

const VERSION_FLAGS: ReadonlySet<string> = new Set(['--version', '-V']);

/** Whether nothing but the version is asked for: scripts do so often, and it takes no parser, nor anything else, to know. */
export function asksForVersion(argv: readonly string[]): boolean {
  return argv.length === 1 && VERSION_FLAGS.has(argv[0] ?? '');
}

/** Writes the version. */
export function tellVersion({ stdout }: Pick<Io, 'stdout'>): ExitCode {
  stdout.write(`${packageJson.version}\n`);
  return ExitCode.ok;
}
