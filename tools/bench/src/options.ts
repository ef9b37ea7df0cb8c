import { parseArgs } from 'node:util';
import { insideOperations, isInsideName, type InsideName } from './inside/inside-name.ts';
import type { Sizes } from './row.ts';

/** What the command line asks for. */
export interface Options {
  /** Names of rows; empty: all. */
  readonly only: readonly string[];
  readonly directory: string | undefined;
  readonly peers: boolean;
  readonly json: string | undefined;
  /** Writes docs/benchmarks.md and its plots. */
  readonly docs: boolean;
  /** Looks into one operation instead of measuring rows. */
  readonly inside?: { readonly by: 'profile' | 'calls'; readonly name: InsideName };
  readonly sizes: Sizes;
}

/** What was asked for cannot be done; the message says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Shown by `--help`, and with what is wrong with a command line. */
export const usage = `npm run bench -- [--only ROW,…] [--messages N] [--rounds N] [--dir DIR] [--json FILE] [--full] [--no-peers] [--docs]

  --only ROW,…   only these rows
  --messages N   messages for each subject of a row (default 10000; below 1000 everything is small, to see that it works)
  --rounds N     in how many slices, taken in turns (default 20)
  --dir DIR      measure in this directory only, instead of a tmpfs and an ext4 made for the purpose
  --json FILE    write everything that was measured
  --full         sizes of a million, where a row is about them (takes more than an hour, and 20 GB of disk)
  --no-peers     without the peers, which are installed otherwise (better-sqlite3 compiles for minutes)
  --docs         put the table and the plots into docs/benchmarks.md; with --only, the other rows stay as they were

npm run bench -- --profile OPERATION | --calls OPERATION [--messages N] [--dir DIR] [--json FILE]

  --profile OPERATION  where the processor's time goes and what is allocated, by part of the path, in this queue and in the protocol's
                       calls: ${Object.keys(insideOperations).join(', ')}. In memory, or in DIR
  --calls OPERATION    the system calls of one message, in this queue and in the bare node calls (needs strace)`;

/** Reads the command line; `known` are the names of the rows. */
export function readOptions(parameters: readonly string[], known: readonly string[]): Options | 'help' {
  const { values } = parse(parameters);
  if (values.help === true) return 'help';
  const only = values.only?.split(',') ?? [];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--only takes ${known.join(', ')}; got ${JSON.stringify(unknown)}.`);
  const messages = wholeNumber(values.messages, '--messages', 10_000, 20);
  const rounds = wholeNumber(values.rounds, '--rounds', messages < 1_000 ? 2 : 20, 1);
  return {
    only,
    directory: values.dir,
    peers: values['no-peers'] !== true,
    json: values.json,
    docs: values.docs === true,
    ...insideOf(values.profile, values.calls),
    sizes: sizesOf(messages, rounds, values.full === true),
  };
}

/** The command as it is shown: without the file that only its caller knows. */
export function commandOf(parameters: readonly string[]): string {
  const shown = parameters.filter((one, at) => !one.startsWith('--json') && parameters[at - 1] !== '--json');
  return ['npm run bench', ...(shown.length === 0 ? [] : ['--', ...shown])].join(' ');
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      options: {
        only: { type: 'string' },
        messages: { type: 'string' },
        rounds: { type: 'string' },
        dir: { type: 'string' },
        json: { type: 'string' },
        full: { type: 'boolean' },
        'no-peers': { type: 'boolean' },
        docs: { type: 'boolean' },
        profile: { type: 'string' },
        calls: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function insideOf(profile: string | undefined, calls: string | undefined): Pick<Options, 'inside'> {
  const name = profile ?? calls;
  if (name === undefined) return {};
  if (profile !== undefined && calls !== undefined)
    throw new UsageError('--profile and --calls are two runs: one would disturb the other.');
  const by = profile === undefined ? 'calls' : 'profile';
  if (!isInsideName(name))
    throw new UsageError(
      `--${by} takes ${Object.keys(insideOperations).join(', ')}; got ${JSON.stringify(name)}.`,
    );
  return { inside: { by, name } };
}

function wholeNumber(text: string | undefined, option: string, otherwise: number, least: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option} takes a whole number from ${least} up; got ${JSON.stringify(text)}.`);
  return number;
}

function sizesOf(messages: number, rounds: number, full: boolean): Sizes {
  if (messages < 1_000 && !full) {
    return {
      rounds,
      messages,
      backlogs: [100, 1_000],
      many: 1_000,
      through: 1_000,
      wakes: 5,
      consumers: [1, 2],
      consumerRounds: 1,
      idle_s: 1,
    };
  }
  return {
    rounds,
    messages,
    backlogs: [1_000, 10_000, 100_000, ...(full ? [1_000_000] : [])],
    many: full ? 1_000_000 : 100_000,
    through: full ? 1_000_000 : 50_000,
    wakes: 150,
    consumers: [1, 2, 4, 8],
    consumerRounds: Math.max(3, Math.ceil(rounds / 3)),
    idle_s: full ? 20 : 10,
  };
}
