import { CliError } from '../cli-error.ts';
import { durationOption } from '../options/duration-option.ts';
import { ExitCode } from '../exit-code.ts';
import { safe } from '../render/safe-text.ts';
import { openToWork } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { nearest } from '../suggest.ts';
import { wholeNumber } from '../options/whole-number.ts';
import type { WorkArguments } from '../exec/run-worker.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  agent: { type: 'string', requiresArg: true, demandOption: true, describe: 'Whose inbox to work on' },
  once: { type: 'boolean', default: false, describe: 'End after one message' },
  'until-empty': {
    type: 'boolean',
    default: false,
    describe: 'End when nothing is ready, delayed or in hand',
  },
  concurrency: { type: 'string', requiresArg: true, default: '1', describe: 'Messages handled at once' },
  timeout: {
    type: 'string',
    requiresArg: true,
    describe: 'Stop a command that takes longer, e.g. 10m (default: 1h)',
  },
  lease: {
    type: 'string',
    requiresArg: true,
    describe: 'How long a silent worker keeps its messages (default: 30s)',
  },
  exec: { type: 'string', describe: 'The command; everything after it belongs to it' },
} as const;

/** `work --agent A --exec COMMAND [ARGS...]`: an agent from any command. */
export const work: Command = {
  name: 'work',
  options: Object.keys(OPTIONS),
  add: (parser, session, commandArguments) =>
    parser.command(
      'work',
      'Handle an agent’s messages with a command: message on standard input, result on standard output',
      (options) =>
        options
          .options(OPTIONS)
          .usage('$0 work --agent NAME [options] --exec COMMAND [ARGS...]')
          .example(
            '$0 work --agent coder --exec ./code.sh',
            'Until it is stopped (Ctrl-C: gracefully, twice: at once)',
          )
          .example(
            '$0 work --agent coder --until-empty --concurrency 4 --exec node code.mjs -v',
            'All there is, four at once',
          )
          .example(
            "$0 work --agent coder --once --exec sh -c 'jq .inputs | wc -c'",
            'One message, with a shell',
          )
          .epilogue(
            'The command: exit 0 done (standard output is the result), 75 try again, 65 give up, others try again. In its ' +
              'environment: TAPPS_MQ_MESSAGE_ID, _TASK_ID, _WORKFLOW_ID, _DELIVERY, _IDEMPOTENCY_KEY, _ROOT.',
          ),
      (options) => {
        const command = [options.exec ?? '', ...commandArguments];
        return session.actGracefully(options, (context) => workWith(context, { ...options, command }));
      },
    ),
};

/** Checks everything before a message is touched, then works. */
async function workWith(context: CommandContext, options: RawArguments): Promise<ExitCode> {
  const { io, output, program } = context;
  const parsed = parseArguments(options);
  await using queue = await openToWork(context, parsed.agent);
  const known = await queue.agents();
  if (!known.includes(parsed.agent)) {
    const similar = nearest(parsed.agent, known);
    const hint = similar === undefined ? '' : `; did you mean ${similar}?`;
    output.remark(safe`${parsed.agent} is a new agent, registered now${hint}`);
  }
  const { runWorker } = await import('../exec/run-worker.ts');
  const { acked, failed, died } = await runWorker(queue, parsed, context);
  if (io.interrupts.first.aborted) {
    throw new CliError(
      'ERR_INTERRUPTED',
      `Stopped; ${acked} done${died === 0 ? '' : `, ${died} dead`}, what was not finished is back in the inbox.`,
      died === 0 ? {} : { next: `${program} dlq` },
    );
  }
  if (io.readerLeft?.aborted === true && !parsed.once && !parsed.untilEmpty)
    output.remark(safe`Stopped, as nobody reads its output any more; ${acked} done.`);
  if (failed === 0) return ExitCode.ok;
  const look = died === 0 ? '' : `${program} dlq   (what died), `;
  output.remark(safe`next: ${look}${program} inspect   (what is waiting)`);
  return acked > 0 ? ExitCode.partlyDone : ExitCode.failure;
}

interface RawArguments {
  readonly agent: string;
  readonly once: boolean;
  readonly 'until-empty': boolean;
  readonly concurrency: string;
  readonly timeout?: string | undefined;
  readonly lease?: string | undefined;
  readonly command: readonly string[];
}

function parseArguments(options: RawArguments): WorkArguments {
  const [file, ...commandArguments] = options.command;
  if (file === undefined || file === '') {
    throw new CliError(
      'ERR_USAGE',
      'Say what to run for each message: --exec COMMAND [ARGS...], as the last option.',
    );
  }
  const { timeout, lease } = options;
  return {
    agent: options.agent,
    file,
    arguments: commandArguments,
    once: options.once,
    untilEmpty: options['until-empty'],
    concurrency: wholeNumber(options.concurrency, '--concurrency', { least: 1, most: 1_000 }),
    ...(timeout !== undefined && { timeout: durationOption(timeout, '--timeout') }),
    ...(lease !== undefined && { lease: durationOption(lease, '--lease') }),
  };
}
