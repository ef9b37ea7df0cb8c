import type { SendOptions } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { DRAFT_OPTIONS, draftFrom, overlayFrom } from '../sending/draft-options.ts';
import type { DraftArguments, Overlay } from '../sending/draft-options.ts';
import { durationOption } from '../options/duration-option.ts';
import type { ExitCode } from '../exit-code.ts';
import { openInput } from '../open-input.ts';
import type { Input } from '../open-input.ts';
import type { CommandContext } from '../session.ts';
import { STANDARD_INPUT } from '../standard-input.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  ...DRAFT_OPTIONS,
  to: {
    type: 'string',
    requiresArg: true,
    describe: 'Into this agent’s inbox (default: assigned_to, or the sender’s outbox)',
  },
  delay: {
    type: 'string',
    requiresArg: true,
    describe: 'Not to be handled before this has passed, e.g. 30s',
  },
  ttl: { type: 'string', requiresArg: true, describe: 'Not to be handled once this has passed, e.g. 1h' },
  durability: {
    choices: ['none', 'file', 'full'],
    requiresArg: true,
    describe: 'What a power loss may take (default by type)',
  },
  register: { type: 'boolean', default: false, describe: 'Register the recipient if it is unknown' },
  wait: {
    type: 'boolean',
    default: false,
    describe: 'Wait for the task’s answer and print it; ends with 1 when it failed',
  },
  timeout: { type: 'string', requiresArg: true, describe: 'How long to wait for it (default: 10m)' },
} as const;

interface Arguments extends DraftArguments {
  readonly file?: string | undefined;
  readonly to?: string | undefined;
  readonly delay?: string | undefined;
  readonly ttl?: string | undefined;
  readonly durability?: 'none' | 'file' | 'full' | undefined;
  readonly register: boolean;
  readonly wait: boolean;
  readonly timeout?: string | undefined;
}

/** `send [FILE|-] [options]`: sends one message given as JSON or by options, or many given one a line. */
export const send: Command = {
  name: 'send',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'send [file]',
      'Send a message from options or a JSON file, or many from NDJSON; - reads standard input',
      (options) =>
        options
          .positional('file', {
            type: 'string',
            describe: 'JSON or NDJSON, or - for standard input; left out: the options are the message',
          })
          .options(OPTIONS)
          .example('$0 send task.json', 'Send one message')
          .example(
            '$0 send --to coder --workflow w --task t --input files=a.ts --input files=b.ts',
            'A task, without a file',
          )
          .example(
            '$0 send --to coder --workflow w --task t --set retry_policy.max_retries=3 --wait',
            'Wait for what comes of it, as for any command',
          )
          .example('$0 send tasks.ndjson --to coder --register', 'Many, all to one agent, known or not')
          .example(
            'jq -c ".[]" tasks.json | $0 send - --delay 30s',
            'From a pipe, to be handled in half a minute',
          ),
      (options) => {
        const action = (context: CommandContext): Promise<ExitCode> => sendAny(context, options);
        return session.actGracefully(options, action);
      },
    ),
};

async function sendAny(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const overlay = overlayFrom(options);
  if (options.timeout !== undefined && !options.wait) {
    throw new CliError('ERR_USAGE', '--timeout goes with --wait. Add that, or leave it out.');
  }
  if (options.file === undefined && overlay === undefined) {
    throw new CliError(
      'ERR_USAGE',
      'Say what to send: a file, - for standard input, or options such as --workflow W --task T.',
    );
  }
  const input = inputOf(context, options, overlay);
  // A draft that was made by the options has what they say.
  const change = options.file === undefined ? undefined : overlay;
  if (options.wait) return await sendOne(context, options, input, change);
  const { sendAll } = await import('../sending/send-all.ts');
  return await sendAll(context, input, { ...optionsOfSend(options), overlay: change });
}

function inputOf(context: CommandContext, { file }: Arguments, overlay: Overlay | undefined): Input {
  if (file !== undefined || overlay === undefined) return openInput(file ?? STANDARD_INPUT, context, 'send');
  return { name: 'the options', bytes: bytesOf(draftFrom(overlay)) };
}

async function* bytesOf(draft: object): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(JSON.stringify(draft)));
}

async function sendOne(
  context: CommandContext,
  options: Arguments,
  input: Input,
  overlay: Overlay | undefined,
): Promise<ExitCode> {
  const sendOptions = {
    ...optionsOfSend(options),
    ...(options.timeout !== undefined && { timeout: durationOption(options.timeout, '--timeout') }),
  };
  const [{ MAX_MESSAGE_BYTES }, { messagesIn }, { messageFromDraft }, { sendAndWait }] = await Promise.all([
    import('@tapps-agents/contracts'),
    import('../sending/message-input.ts'),
    import('../sending/draft.ts'),
    import('../sending/send-and-wait.ts'),
  ]);
  for await (const { line, bytes } of messagesIn(input.bytes, input.name, MAX_MESSAGE_BYTES)) {
    if (line !== null) {
      throw new CliError(
        'ERR_USAGE',
        `--wait is for one task, and ${input.name} has many. Send them one by one.`,
      );
    }
    return await sendAndWait(context, messageFromDraft(bytes, context.io.now(), overlay), sendOptions);
  }
  throw new CliError('ERR_NOT_A_MESSAGE', `There is no message in ${input.name}.`);
}

function optionsOfSend({ to, delay, ttl, durability, register }: Arguments): SendOptions {
  return {
    ...(to !== undefined && { to }),
    ...(delay !== undefined && { delay: durationOption(delay, '--delay') }),
    ...(ttl !== undefined && { ttl: durationOption(ttl, '--ttl') }),
    ...(durability !== undefined && { durability }),
    register,
  };
}
