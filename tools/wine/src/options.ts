import { parseArgs } from 'node:util';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';
import { WineError } from './wine-error.ts';

/** What is to be run. */
export interface WineOptions {
  readonly lines: readonly NodeLine[];
  /** Substrings of the paths of test files; none: all. */
  readonly patterns: readonly string[];
  /** Whether the planted faults are tried. */
  readonly plants: boolean;
  /** Whether the tests are run as they are. */
  readonly runs: boolean;
  readonly keeps: boolean;
  readonly limit_ms: number;
  readonly help: boolean;
}

export const usage = `npm run wine [-- OPTIONS] [PATTERN...]
The tests with the Windows build of Node under Wine. PATTERN: a part of the path of test files (default: all).
  --node LINE    20 or 22; may be given twice (default: both)
  --planted      only the planted faults, each of which must be noticed (default: after all tests)
  --limit S      end the tests of one Node after so many seconds (default 1200)
  --keep         leave the folder with the copy, the Windows drives and the logs
Needs Linux on x64 and Debian's wine, which root has installed; ends with 77 where that cannot be had.
`;

/** Reads the command line. */
export function parseOptions(argv: readonly string[]): WineOptions {
  const { values, positionals } = parse(argv);
  const limit_s = Number(values.limit ?? 1_200);
  if (!(limit_s > 0)) throw new WineError('--limit must be a number of seconds above 0.');
  return {
    lines: (values.node ?? Object.keys(nodeVersions)).map(checkLine),
    patterns: positionals,
    plants: values.planted === true || positionals.length === 0,
    runs: values.planted !== true,
    keeps: values.keep === true,
    limit_ms: limit_s * 1_000,
    help: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        node: { type: 'string', multiple: true },
        planted: { type: 'boolean' },
        limit: { type: 'string' },
        keep: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new WineError(`${cause instanceof Error ? cause.message : String(cause)}\n${usage}`, { cause });
  }
}

function checkLine(line: string): NodeLine {
  if (line in nodeVersions) return line as NodeLine;
  throw new WineError(`--node must be one of ${Object.keys(nodeVersions).join(', ')}; got ${line}.`);
}
