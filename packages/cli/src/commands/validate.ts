import { describeError } from '../error-report.ts';
import { ExitCode } from '../exit-code.ts';
import { faultJson, validationJson } from '../json/validate.ts';
import { openInput } from '../open-input.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import type { PlacedFault, Validation } from '../validate/validate-message.ts';
import type { Command } from './command.ts';
import { counted } from '../render/counted.ts';

/** Names of files that have one message a line, whatever the first line looks like. */
const ONE_A_LINE = /\.(?:ndjson|jsonl)$/i;

/** `validate FILE...`: whether messages are valid, and all that is wrong with those that are not, by line and column. */
export const validate: Command = {
  name: 'validate',
  options: ['ndjson', 'strict', 'all'],
  add: (parser, session) =>
    parser.command(
      'validate <files..>',
      'Check messages, and show every fault with its line and column; sends nothing',
      (options) =>
        options
          .positional('files', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: 'JSON, or NDJSON with one message a line; - for standard input',
          })
          .option('ndjson', {
            type: 'boolean',
            default: false,
            describe: 'One message a line (default: by the name *.ndjson or *.jsonl, else by the content)',
          })
          .option('strict', {
            type: 'boolean',
            default: false,
            describe:
              'By the rules of a writer: unknown fields, repeated keys and whatever else it must not write are faults, not warnings',
          })
          .option('all', {
            type: 'boolean',
            default: false,
            describe: 'All faults of a message, not the first thousand, however many they are',
          })
          .example('$0 validate task.json', 'Exits with 1 if it is not valid')
          .example('$0 validate inbox/*/*.json', 'All that waits, in the root')
          .example('producer | $0 validate - --json', 'A document a line, for programs'),
      (options) => session.look(options, (context) => checkAll(context, options.files, options)),
    ),
};

interface Count {
  valid: number;
  faulty: number;
  /** Of valid messages and of others. */
  warnings: number;
}

interface Rules {
  readonly ndjson: boolean;
  readonly strict: boolean;
  readonly all: boolean;
}

/** More faults of one message help nobody, and a message of 1 MiB can have half a million. */
const MOST_FAULTS = 1_000;

async function checkAll(context: CommandContext, files: readonly string[], rules: Rules): Promise<ExitCode> {
  const total: Count = { valid: 0, faulty: 0, warnings: 0 };
  let unreadable = 0;
  for (const file of files) {
    try {
      const { valid, faulty, warnings } = await checkFile(context, file, rules);
      total.warnings += warnings;
      total.valid += valid;
      total.faulty += faulty;
    } catch (error) {
      if (files.length === 1) throw error;
      const { code, message } = describeError(error, context.program);
      context.output.warn(code, message);
      unreadable += 1;
    }
  }
  if (total.faulty > 0)
    context.output.remark(safe`${total.faulty} of ${total.valid + total.faulty} messages are not valid.`);
  if (total.warnings > 0)
    context.output.remark(
      safe`${total.warnings} ${total.warnings === 1 ? 'warning' : 'warnings'}: readers let this pass, and writers must not write it. With --strict it is a fault.`,
    );
  return total.faulty + unreadable === 0 ? ExitCode.ok : ExitCode.failure;
}

/** One file, message by message, with no more than one of them in memory. */
async function checkFile(
  context: CommandContext,
  file: string,
  { ndjson, strict, all }: Rules,
): Promise<Count> {
  const [{ MAX_MESSAGE_BYTES }, { messagesIn }, { validateMessage }, { placedFaults }] = await Promise.all([
    import('@tapps-agents/contracts'),
    import('../sending/message-input.ts'),
    import('../validate/validate-message.ts'),
    import('../render/placed-faults.ts'),
  ]);
  const { output } = context;
  const input = openInput(file, context, 'validate');
  const form = ndjson || ONE_A_LINE.test(file) ? 'one a line' : 'told by content';
  const count: Count = { valid: 0, faulty: 0, warnings: 0 };
  const tell = async (firstLine: number, validation: Validation): Promise<void> => {
    const toJson = (fault: PlacedFault) => faultJson(firstLine, fault);
    await output.dataWithLists(validationJson(input.name, firstLine, validation), {
      faults: mapped(validation.faults, toJson),
      warnings: mapped(validation.warnings, toJson),
    });
    await output.texts(placedFaults(input.name, firstLine, validation, output));
    if (validation.omitted > 0)
      output.text(
        safe`${input.name}:${firstLine}: about ${validation.omitted} more are not shown; --all shows them`,
      );
  };
  let last: SafeText | null = null;
  let messages = 0;
  for await (const { line, bytes } of messagesIn(input.bytes, input.name, MAX_MESSAGE_BYTES, form)) {
    const firstLine = line ?? 1;
    const validation = validateMessage(bytes, { strict, ...(!all && { most: MOST_FAULTS }) });
    messages += 1;
    count.warnings += validation.warnings.length + (validation.faults.length === 0 ? validation.omitted : 0);
    if (validation.faults.length === 0) {
      count.valid += 1;
      last = safe`${input.name}: valid: ${String(validation.messageType)} ${String(validation.messageId)}`;
    } else count.faulty += 1;
    await tell(firstLine, validation);
    await output.drained();
  }
  if (messages === 0) {
    await tell(1, validateMessage(new Uint8Array()));
    return { valid: 0, faulty: 1, warnings: 0 };
  }
  if (count.faulty === 0)
    output.text(
      messages === 1 && last !== null
        ? last
        : safe`${input.name}: ${counted(messages, 'message')}, all valid`,
    );
  return count;
}

function* mapped<From, To>(list: readonly From[], map: (one: From) => To): Generator<To> {
  for (const one of list) yield map(one);
}
