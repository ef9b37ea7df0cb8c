import type { Queue } from '@tapps-agents/queue';
import { BackgroundWarnings } from './background-warnings.ts';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './options/global-options.ts';
import { lookSignal, OUTPUT_FAILED } from './io.ts';
import type { Io } from './io.ts';
import { orAborted } from './or-aborted.ts';
import { Output } from './output.ts';
import { safe } from './render/safe-text.ts';
import type { Layout } from './render/layout.ts';
import { findRoot } from './root.ts';
import type { Root } from './root.ts';
import { shellWord } from './shell-word.ts';

/** What a command works with. */
export interface CommandContext {
  readonly io: Io;
  readonly output: Output;
  readonly root: Root;
  /** How this program is called in commands that are suggested: with `--root` where that was needed. */
  readonly program: string;
}

/** What a command does; says what to exit with. */
export type Action = (context: CommandContext) => Promise<ExitCode>;

/** Thrown out of the parser once the command is known: it would go on to lay out a help that nobody asked for, in half a start's time. */
export class Chosen extends Error {}

/** What one run of the program has come to: yargs calls the command, which says what it does; then that is done. */
export class Session {
  readonly #io: Io;
  #chosen: (() => Promise<ExitCode>) | undefined;
  exitCode: ExitCode = ExitCode.ok;
  error: unknown;

  constructor(io: Io) {
    this.#io = io;
  }

  /**
   * Chooses a command that only looks: the first interrupt ends it, and so does it, quietly, when nobody reads what it finds.
   *
   * @throws Chosen always
   */
  look(options: GlobalOptions, action: Action): never {
    return this.actGracefully(options, (context) => orInterrupted(action(context), lookSignal(this.#io)));
  }

  /**
   * Chooses a command that may be left at any moment: the first interrupt ends it. What it was writing stays as it is,
   * which is safe because every change to the queue is one atomic step.
   *
   * @throws Chosen always
   */
  act(options: GlobalOptions, action: Action): never {
    return this.actGracefully(options, (context) =>
      orInterrupted(action(context), this.#io.interrupts.first),
    );
  }

  /**
   * Chooses a command that itself listens to the interrupts, to end what it has begun.
   *
   * @throws Chosen always
   */
  actGracefully(options: GlobalOptions, action: Action): never {
    this.#chosen = async () => {
      const root = findRoot(options.root, this.#io);
      const output = new Output(this.#io, options);
      try {
        return await action({ io: this.#io, output, root, program: programName(options.root) });
      } finally {
        output.status(null);
      }
    };
    throw new Chosen();
  }

  /** Does what was chosen, where something was. */
  async perform(): Promise<void> {
    try {
      this.exitCode = (await this.#chosen?.()) ?? ExitCode.ok;
    } catch (error) {
      if (!this.#isForNobody(error)) this.error = error;
    }
  }

  /** Whoever looked for a reader who has left is through, which is no failure. */
  #isForNobody(error: unknown): boolean {
    const { readerLeft, interrupts } = this.#io;
    if (readerLeft?.aborted !== true || interrupts.first.aborted) return false;
    return error instanceof CliError && error.code === 'ERR_INTERRUPTED';
  }
}

/** How this program is called again on the same messages directory. */
export function programName(rootFlag: string | undefined): string {
  return rootFlag === undefined ? 'tapps-mq' : `tapps-mq --root ${shellWord(rootFlag)}`;
}

/** How to lay out what the command shows. */
export function layoutOf({ io, output, program }: CommandContext): Layout {
  return { columns: output.columns, wrapAt: io.columns, style: output.style, program, now_ms: io.now() };
}

/**
 * Opens the queue of a command that looks, or acts once and ends. Looking creates, changes and removes nothing;
 * housekeeping is left to workers, who stay.
 */
export function openToAct(context: CommandContext): Promise<Queue> {
  return open(context, { agent: OPERATOR, retention: false });
}

/** Opens the queue of a command that puts messages into a directory, which with `create` it makes where it is missing. */
export function openToFill(context: CommandContext, create: boolean): Promise<Queue> {
  return open(context, { agent: OPERATOR, retention: false, create });
}

/** Opens the queue of a worker, which also does the housekeeping. */
export function openToWork(context: CommandContext, agent: string): Promise<Queue> {
  return open(context, { agent });
}

/** Opens the queue as an agent, to act once for it and end. */
export function openAs(context: CommandContext, agent: string): Promise<Queue> {
  return open(context, { agent, retention: false });
}

/** Who an operator's pauses come from. */
const OPERATOR = 'operator';

/** The queue is loaded here and nowhere sooner: `--help` and wrong usage answer without it. */
async function open(
  { root, output, program }: CommandContext,
  options: { readonly agent: string; readonly retention?: false; readonly create?: boolean },
): Promise<Queue> {
  output.detail(safe`messages directory: ${root.path}`);
  output.status(safe`reading ${root.shown}`); // Before anything that takes time: the first look may take long.
  const { openQueue } = await import('@tapps-agents/queue');
  const queue = await openQueue({ root: root.path, create: false, ...options });
  const warnings = new BackgroundWarnings(output, program);
  queue.events.on('error', (error) => warnings.tell(error));
  return queue;
}

function orInterrupted<T>(running: Promise<T>, interrupt: AbortSignal): Promise<T> {
  return orAborted(
    running,
    interrupt,
    () =>
      new CliError(
        'ERR_INTERRUPTED',
        interrupt.reason === OUTPUT_FAILED
          ? 'Ended, as its output could not be written.'
          : 'Interrupted; whatever it did is whole.',
      ),
  );
}
