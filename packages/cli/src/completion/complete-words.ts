import { commandReferences, globalOptionReferences } from '../command-reference.ts';
import type { CommandReference, OptionReference } from '../command-reference.ts';
import type { Io } from '../io.ts';
import { reasonCodes } from '../options/filter-options.ts';
import { SCHEMA_FILES } from '../schema-files.ts';
import { lookUp } from './complete-values.ts';
import type { Candidate, Kind } from './complete-values.ts';

/** What could stand in the place of the last word. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** The shell's own file names could, too. */
  readonly files: boolean;
}

/** No shell is shown more. */
const MOST_CANDIDATES = 200;

/** What the values of options are, by name; those of others are free text. */
const VALUE_KINDS: Readonly<Record<string, Kind | 'files' | Fixed | undefined>> = {
  agent: 'agent',
  to: 'agent',
  from: 'agent',
  id: 'id',
  type: 'type',
  reason: 'reason',
  workflow: 'workflow',
  task: 'task',
  resume: 'replay',
  version: 'schema version',
  root: 'files',
  result: 'files',
  export: 'files',
  exec: 'files',
};

const POSITIONAL_KINDS: Readonly<Record<string, Kind | 'files' | Fixed | undefined>> = {
  type: 'schema',
  id: 'id',
  target: 'id',
  'agent-or-id': 'agent or id',
  agent: 'agent',
  handle: 'handle',
  file: 'files',
};

/** Values that are the same everywhere. */
type Fixed = 'type' | 'reason' | 'schema' | 'schema version';

const FIXED: Readonly<Record<Fixed, () => readonly string[]>> = {
  type: () => ['task_assignment', 'status_update', 'task_complete'],
  reason: reasonCodes,
  schema: () => [...new Set(SCHEMA_FILES.map(({ name }) => name))],
  'schema version': () => [...new Set(SCHEMA_FILES.map(({ version }) => version))],
};

function isFixed(kind: string): kind is Fixed {
  return Object.hasOwn(FIXED, kind);
}

/** `reject --reason` takes words of one's own. */
const FREE_TEXT: ReadonlySet<string> = new Set(['reject reason']);

/**
 * Completes the last of these words, which stand after the program's name. Reads the messages directory where an agent, an id
 * or a handle is wanted; that takes a bounded time and gives a bounded number. Changes nothing, and never fails:
 * what cannot be read has no candidates.
 */
export async function completeWords(given: readonly string[], io: Io): Promise<Completion> {
  const words = joined(given);
  const word = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.some((each) => each === '--exec' || each.startsWith('--exec='))) return NOTHING_BUT_FILES;
  const state = parse(before);
  const inOption = /^(--[a-z-]+)=(.*)$/s.exec(word);
  if (inOption !== null) {
    const [, flag = '', value = ''] = inOption;
    const completion = await values(flag, value, state, io);
    return limited(
      value,
      completion.candidates.map((each) => ({ ...each, value: `${flag}=${each.value}` })),
      completion.files,
      word,
    );
  }
  if (state.pending !== undefined) {
    const { candidates, files } = await values(state.pending, word, state, io);
    return limited(word, candidates, files);
  }
  if (word.startsWith('-')) return limited(word, flags(state), false);
  const { candidates, files } = await arguments_(state, word, io);
  return limited(word, candidates, files);
}

const NOTHING_BUT_FILES: Completion = { candidates: [], files: true };

interface State {
  readonly command: CommandReference | undefined;
  /** Positionals that stand there already. */
  readonly given: number;
  /** The option whose value comes next. */
  readonly pending: string | undefined;
  readonly root: string | undefined;
}

/** bash takes words apart at `=`. */
function joined(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1);
    const continues = last !== undefined && last.startsWith('--') && (word === '=' || last.endsWith('='));
    if (continues) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

function parse(before: readonly string[]): State {
  let command: CommandReference | undefined;
  let given = 0;
  let pending: string | undefined;
  let root: string | undefined;
  for (const word of before) {
    if (pending !== undefined) {
      if (pending === '--root') root = word;
      pending = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      if (word.startsWith('--root=')) root = word.slice('--root='.length);
      else if (!word.includes('=') && optionNamed(word, command)?.takesValue === true) pending = word;
    } else {
      const next = subcommandsOf(command).find(({ path }) => lastWord(path) === word);
      if (next !== undefined && given === 0) command = next;
      else given += 1;
    }
  }
  return { command, given, pending, root };
}

async function values(
  flag: string,
  word: string,
  { command, root }: State,
  io: Io,
): Promise<{ readonly candidates: readonly Candidate[]; readonly files: boolean }> {
  const option = optionNamed(flag, command);
  if (option === undefined) return { candidates: [], files: false };
  if (option.choices.length > 0) return { candidates: plain(option.choices), files: false };
  const isFree = FREE_TEXT.has(`${command?.path ?? ''} ${option.name}`);
  const kind = isFree ? undefined : VALUE_KINDS[option.name];
  if (kind !== undefined && isFixed(kind)) return { candidates: plain(FIXED[kind]()), files: false };
  if (kind === 'files') return { candidates: [], files: true };
  if (kind === undefined) return { candidates: [], files: false };
  return { candidates: await lookUp(kind, { word, root, onlyDead: isAboutDead(command) }, io), files: false };
}

async function arguments_(
  { command, given, root }: State,
  word: string,
  io: Io,
): Promise<{ readonly candidates: readonly Candidate[]; readonly files: boolean }> {
  const inner = given === 0 ? subcommandsOf(command) : [];
  const names = inner.map(({ path, summary }) => ({ value: lastWord(path), describe: summary }));
  const positionals = command?.positionals ?? [];
  const positional =
    positionals[given] ?? (positionals.at(-1)?.isRepeated === true ? positionals.at(-1) : undefined);
  if (positional === undefined) return { candidates: names, files: false };
  if (positional.choices.length > 0) return { candidates: plain(positional.choices), files: false };
  const kind = POSITIONAL_KINDS[positional.name];
  if (kind === 'files') return { candidates: names, files: true };
  if (kind === undefined) return { candidates: names, files: false };
  if (isFixed(kind)) return { candidates: plain(FIXED[kind]()), files: false };
  const found = await lookUp(kind, { word, root, onlyDead: isAboutDead(command) }, io);
  return { candidates: [...names, ...found], files: false };
}

function flags({ command }: State): readonly Candidate[] {
  return optionsOf(command).map(({ name, describe }) => ({ value: `--${name}`, describe }));
}

function optionNamed(flag: string, command: CommandReference | undefined): OptionReference | undefined {
  const name = flag.replace(/^-+/, '');
  return optionsOf(command).find(
    (each) => each.name === name || (each.letter === name && !flag.startsWith('--')),
  );
}

/** A command that is called without its subcommand's name has that one's options. */
function optionsOf(command: CommandReference | undefined): readonly OptionReference[] {
  const inner = command?.subcommands[0]?.options ?? [];
  const own = [...(command?.options ?? []), ...inner];
  return [...own, ...globalOptionReferences().filter(({ name }) => own.every((each) => each.name !== name))];
}

function subcommandsOf(command: CommandReference | undefined): readonly CommandReference[] {
  return command === undefined ? commandReferences() : command.subcommands;
}

function isAboutDead(command: CommandReference | undefined): boolean {
  return /^(?:dlq|replay)\b/.test(command?.path ?? '');
}

function limited(word: string, all: readonly Candidate[], files: boolean, whole = word): Completion {
  const candidates = all.filter(({ value }) => value.startsWith(whole)).slice(0, MOST_CANDIDATES);
  return { candidates, files };
}

function plain(words: readonly string[]): readonly Candidate[] {
  return words.map((value) => ({ value, describe: '' }));
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}
