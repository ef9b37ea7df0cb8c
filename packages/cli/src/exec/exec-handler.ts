import { stripVTControlCharacters } from 'node:util';
import { QueueError, reject, retry, snooze } from '@tapps-agents/queue';
import type { HandlerContext, TaskResult, Verdict } from '@tapps-agents/queue';
import type { Message } from '@tapps-agents/contracts';
import { runCommand } from './child-process.ts';
import type { Ending } from './child-process.ts';
import { cannotStart } from './cannot-start.ts';
import { CliError } from '../cli-error.ts';
import { endOf } from '../cut-text.ts';
import { environmentFor } from './exec-environment.ts';
import { resultFrom } from './exec-result.ts';
import { SaidLines } from './said-lines.ts';

/** Exit codes with a meaning of their own, from sysexits.h: EX_DATAERR and EX_TEMPFAIL. */
const EXIT_REJECT = 65;
const EXIT_RETRY = 75;

/** Most characters of an error or a reason: as much as a failure's record holds. */
const MOST_ERROR_CHARACTERS = 7_900;
const MOST_REASON_CHARACTERS = 1_000;
/** As `MOST_ERROR_CHARACTERS`, with room for what the queue says of the time-out. */
const MOST_TIMEOUT_CHARACTERS = 7_000;

/** What runs for each message. */
export interface ExecOptions {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kills running commands at once. */
  readonly kill: AbortSignal;
  /** How long a command that is told to stop may take. */
  readonly killAfter_ms: number;
  /** The command cannot be started: no message will fare better, so the worker should end. */
  readonly onCannotStart: (error: CliError) => void;
  /** Called with each line that a command writes to standard error, as it comes. */
  readonly onSaid?: (taskId: string, line: string) => void;
}

/**
 * Gives each message to a command: as one line of JSON on its standard input, its ids in the environment.
 *
 *     exit 0    done; standard output becomes the result
 *     exit 75   not now: tried again later, after the retry policy's delay
 *     exit 65   never: to the dead letters, with the last line of standard error as the reason
 *     others    failed: tried again later; the end of standard error is kept as the failure's message; so too when time is up
 *
 * A command that cannot even be started is no fault of the message, which is handed back without blame.
 */
export class ExecHandler {
  readonly #options: ExecOptions;
  readonly #running = new Set<Promise<Ending>>();

  constructor(options: ExecOptions) {
    this.#options = options;
  }

  /** Handles one message; rejects where it is to be tried again. */
  async handle(message: Message, context: HandlerContext): Promise<TaskResult | Verdict> {
    const options = this.#options;
    const said = new SaidLines((line) => options.onSaid?.(message.task_id, line));
    const running = runCommand({
      ...options,
      env: { ...options.env, ...environmentFor(message, context, options.root) },
      input: `${JSON.stringify(message)}\n`,
      stop: context.signal,
      onStop: (errorTail) => keepWords(context.signal.reason, errorTail),
      onError: (chunk) => said.add(chunk),
    });
    this.#running.add(running);
    let ending: Ending;
    try {
      ending = await running;
    } catch (cause) {
      options.onCannotStart(cannotStart(options.file, cause));
      return snooze(0);
    } finally {
      this.#running.delete(running);
      said.end();
    }
    context.signal.throwIfAborted();
    return verdictOn(ending, options.file);
  }

  /**
   * Settles when no command runs any more. The queue takes a message back as soon as its time is up or its worker
   * stops; the command that was told to stop may need longer.
   */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}

function verdictOn({ exitCode, signal, output, errorTail }: Ending, file: string): TaskResult | Verdict {
  const said = stripVTControlCharacters(errorTail).trim();
  if (exitCode === 0) return resultFrom(output);
  if (exitCode === EXIT_RETRY)
    return retry(tail(said, MOST_REASON_CHARACTERS) || `${file} asked to be run again later (exit code 75)`);
  if (exitCode === EXIT_REJECT)
    return reject(lastLine(said) || `${file} refused the message (exit code 65) and gave no reason`);
  const how = signal === null ? `ended with exit code ${exitCode ?? 'unknown'}` : `was ended by ${signal}`;
  const why = said === '' ? ' and wrote nothing to standard error' : `: ${tail(said, MOST_ERROR_CHARACTERS)}`;
  const failure = new CliError('ERR_COMMAND_FAILED', `${file} ${how}${why}`);
  // It goes into the message's history, where a stack of this program would only hide what the command said.
  delete failure.stack;
  throw failure;
}

/** Adds what a command had said when its time was up to the failure that is written down. */
function keepWords(reason: unknown, errorTail: string): void {
  if (!(reason instanceof QueueError && reason.code === 'ERR_HANDLER_TIMEOUT')) return;
  const said = stripVTControlCharacters(errorTail).trim();
  if (said !== '') reason.message += ` It had written: ${tail(said, MOST_TIMEOUT_CHARACTERS)}`;
}

function lastLine(text: string): string {
  return tail(text.split('\n').at(-1)?.trim() ?? '', MOST_REASON_CHARACTERS);
}

function tail(text: string, most: number): string {
  return text.length <= most ? text : `…${endOf(text, most)}`;
}
