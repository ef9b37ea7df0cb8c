import type { Argv } from 'yargs';
import { COMMANDS } from './commands/commands.ts';
import { withGlobalOptions } from './options/global-options.ts';
import type { GlobalOptions } from './options/global-options.ts';
import type { Session } from './session.ts';

/**
 * What the commands say of themselves, without running a parser: the same words that `--help` shows, for shell completion and
 * for the manual page.
 */

/** An option, without its dashes. */
export interface OptionReference {
  readonly name: string;
  /** Its one letter, where it has one. */
  readonly letter: string | undefined;
  readonly describe: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  /** As it is written: text, also of a number. */
  readonly standard: string | undefined;
}

/** A positional argument. */
export interface PositionalReference {
  readonly name: string;
  readonly describe: string;
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
  readonly choices: readonly string[];
}

/** A command, or a subcommand. */
export interface CommandReference {
  /** `dlq`, or `dlq show`. */
  readonly path: string;
  readonly summary: string;
  readonly positionals: readonly PositionalReference[];
  readonly options: readonly OptionReference[];
  readonly examples: readonly { readonly command: string; readonly describe: string }[];
  /** How it is called, where that is not what follows from the rest. */
  readonly usage: string | undefined;
  /** More to read at the end of its help. */
  readonly epilogue: string | undefined;
  /** Those that are called without saying their name come first. */
  readonly subcommands: readonly CommandReference[];
}

/** Every command, in the order of the help. */
export function commandReferences(): readonly CommandReference[] {
  const recorder = new Recorder('');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no command is run, so no session is used
  const session = {} as Session;
  for (const command of COMMANDS) command.add(recorder.asParser(), session, []);
  return recorder.commands;
}

/** The options that every command takes. */
export function globalOptionReferences(): readonly OptionReference[] {
  const recorder = new Recorder('');
  withGlobalOptions(recorder.asParser());
  return [
    ...recorder.options,
    optionReference('help', { type: 'boolean', alias: 'h', describe: 'Show help' }),
    optionReference('version', { type: 'boolean', alias: 'V', describe: 'Show the version' }),
  ];
}

/** What yargs is told of an option or a positional, as far as it is used here. */
interface Specification {
  readonly type?: string;
  readonly alias?: string;
  readonly describe?: string;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly demandOption?: boolean;
}

/** Stands in for the parser, and notes what it is told. What it does not know it passes over. */
class Recorder {
  readonly #path: string;
  readonly options: OptionReference[] = [];
  readonly commands: CommandReference[] = [];
  readonly positionals: PositionalReference[] = [];
  readonly examples: { readonly command: string; readonly describe: string }[] = [];
  text: string | undefined;
  usage: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  asParser(): Argv<GlobalOptions> {
    const known: Record<string, (...told: never[]) => void> = {
      option: (name: string, how: Specification) => void this.options.push(optionReference(name, how)),
      options: (all: Record<string, Specification>) => {
        for (const [name, how] of Object.entries(all)) this.options.push(optionReference(name, how));
      },
      positional: (name: string, how: Specification) => this.#describePositional(name, how),
      example: (command: string, describe: string) =>
        void this.examples.push({ command: command.replaceAll('$0', 'tapps-mq'), describe }),
      usage: (text: string) => {
        this.usage = text.replaceAll('$0', 'tapps-mq');
      },
      epilogue: (text: string) => {
        this.text = text;
      },
      command: (spec: string | readonly string[], summary: string, build: (parser: object) => unknown) =>
        this.#record(spec, summary, build),
    };
    const parser: object = new Proxy(
      {},
      {
        get:
          (_target, name) =>
          (...told: never[]): object => {
            if (typeof name === 'string' && Object.hasOwn(known, name)) known[name]?.(...told);
            return parser;
          },
      },
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has every method that a parser has
    return parser as Argv<GlobalOptions>;
  }

  #record(spec: string | readonly string[], summary: string, build: (parser: object) => unknown): void {
    const [words = ''] = typeof spec === 'string' ? [spec] : spec;
    const [name = '', ...positionals] = words.split(' ');
    const inner = new Recorder(this.#path === '' ? name : `${this.#path} ${name}`);
    for (const word of positionals) inner.positionals.push(positionalReference(word));
    build(inner.asParser());
    this.commands.push({
      path: inner.#path,
      summary,
      positionals: inner.positionals,
      options: inner.options,
      examples: inner.examples,
      usage: inner.usage,
      epilogue: inner.text,
      subcommands: inner.commands,
    });
  }

  #describePositional(name: string, { describe = '', choices = [] }: Specification): void {
    const at = this.positionals.findIndex((one) => one.name === name);
    const known = this.positionals[at];
    if (known !== undefined) this.positionals[at] = { ...known, describe, choices };
  }
}

function optionReference(name: string, how: Specification): OptionReference {
  const standard = how.default;
  return {
    name,
    letter: how.alias,
    describe: how.describe ?? '',
    takesValue: how.type !== 'boolean',
    choices: how.choices ?? [],
    isRequired: how.demandOption === true,
    standard: typeof standard === 'string' ? standard : undefined,
  };
}

/** Of `<id>`, `[file]` or `<names..>`. */
function positionalReference(word: string): PositionalReference {
  return {
    name: word.replaceAll(/[<>[\].]/g, ''),
    describe: '',
    isRequired: word.startsWith('<'),
    isRepeated: word.includes('..'),
    choices: [],
  };
}
