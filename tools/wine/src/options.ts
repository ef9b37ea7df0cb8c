import { parseArgs } from 'node:util';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';
import { WineError } from './wine-error.ts';

/** What is to be run. */
export interface WineOptions {
  readonly lines: readonly NodeLine[];
  /** Substrings of the paths of test files; none: all. */
  readonly patterns: readonly string[];
  /** The same for a Node for which it was said, instead. */
  readonly only: ReadonlyMap<NodeLine, readonly string[]>;
  /** Substrings of the paths of test files that are left out. */
  readonly without: readonly string[];
  /** Whether the planted faults are tried. */
  readonly plants: boolean;
  /** Whether the tests are run as they are. */
  readonly runs: boolean;
  readonly keeps: boolean;
  /** Whether files that failed are run a second time. */
  readonly retries: boolean;
  /** How long all of it may take. */
  readonly limit_ms: number;
  /** How long one file may take. */
  readonly fileLimit_ms: number;
  /** How many files of one Node are run at once. */
  readonly workers: number;
  readonly help: boolean;
}

export const usage = `npm run wine [-- OPTIONS] [PATTERN...]
The tests with the Windows build of Node under Wine. PATTERN: a part of the path of test files (default: all).
  --node LINE    20 or 22; may be given twice (default: both)
  --only L=P     with Node L only files with P in their paths; may be given several times
  --without P    leave out files with P in their paths; may be given several times
  --planted      only the planted faults, each of which must be noticed (default: after all tests)
  --limit S      end everything after so many seconds; what was not run by then is a fault (default 3600)
  --file-limit S end a file after so many seconds, and go on with the others (default 900)
  --workers N    so many files of each Node at once (default 2); both Nodes are run side by side
  --no-retry     do not run files that failed a second time
  --keep         leave the folder with the copy, the Windows drives and the logs
Needs Linux on x64 and Debian's wine, which root has installed; ends with 77 where that cannot be had.
`;

/** Reads the command line. */
export function parseOptions(argv: readonly string[]): WineOptions {
  const { values, positionals } = parse(argv);
  return {
    lines: (values.node ?? Object.keys(nodeVersions)).map(checkLine),
    patterns: positionals,
    only: onlyOf(values.only ?? []),
    without: values.without ?? [],
    plants: values.planted === true || positionals.length === 0,
    runs: values.planted !== true,
    keeps: values.keep === true,
    retries: values['no-retry'] !== true,
    limit_ms: 1_000 * above0('limit', values.limit ?? '3600'),
    fileLimit_ms: 1_000 * above0('file-limit', values['file-limit'] ?? '900'),
    workers: above0('workers', values.workers ?? '2'),
    help: values.help === true,
  };
}

function onlyOf(values: readonly string[]): ReadonlyMap<NodeLine, readonly string[]> {
  const only = new Map<NodeLine, readonly string[]>();
  for (const value of values) {
    const [, line = '', pattern] = /^(\d+)=(.+)$/.exec(value) ?? [];
    if (pattern === undefined) throw new WineError(`--only must be LINE=PATTERN; got ${value}.`);
    only.set(checkLine(line), [...(only.get(checkLine(line)) ?? []), pattern]);
  }
  return only;
}

function above0(option: string, value: string): number {
  if (Number(value) > 0) return Number(value);
  throw new WineError(`--${option} must be a number above 0; got ${value}.`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        node: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
        without: { type: 'string', multiple: true },
        planted: { type: 'boolean' },
        limit: { type: 'string' },
        'file-limit': { type: 'string' },
        workers: { type: 'string' },
        'no-retry': { type: 'boolean' },
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
