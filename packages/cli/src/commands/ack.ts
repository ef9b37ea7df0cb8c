import type { Delivery } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { openInput } from '../open-input.ts';
import { HANDLE, settleDelivery } from '../by-hand/settle-delivery.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { STANDARD_INPUT } from '../standard-input.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  result: {
    type: 'string',
    requiresArg: true,
    describe: 'The task’s result: a file, or - for standard input; JSON with result fields, or any text',
  },
} as const;

/** `ack HANDLE`: finishes what was received by hand; a task is answered with its `task_complete`, as `work` does. */
export const ack: Command = {
  name: 'ack',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'ack <handle>',
      'Finish a received message; a task is answered as completed, with its result',
      (options) =>
        options
          .positional('handle', HANDLE)
          .options(OPTIONS)
          .example('$0 ack "$handle"', 'It is done')
          .example('$0 ack "$handle" --result result.json', 'With {"output_files": ["a.ts"]} or any text')
          .example('npm test 2>&1 | $0 ack "$handle" --result -', 'With what a command printed'),
      ({ handle, result, ...options }) =>
        session.act(options, (context) =>
          settleDelivery(context, handle, 'acked', (delivery) =>
            acknowledge(context, delivery, { handle, file: result }),
          ),
        ),
    ),
};

async function acknowledge(
  context: CommandContext,
  delivery: Delivery,
  { handle, file }: { readonly handle: string; readonly file: string | undefined },
): Promise<void> {
  if (file === undefined) {
    await delivery.complete();
    return;
  }
  if (delivery.message.message_type !== 'task_assignment') {
    throw new CliError(
      'ERR_USAGE',
      `--result goes with a task only; this is a ${delivery.message.message_type}. Leave it out.`,
    );
  }
  const [{ ByteHead }, { MOST_OUTPUT_BYTES }, { faultInResult, resultFrom }] = await Promise.all([
    import('../exec/byte-head.ts'),
    import('../exec/child-process.ts'),
    import('../exec/exec-result.ts'),
  ]);
  const text = new ByteHead(MOST_OUTPUT_BYTES);
  for await (const chunk of openInput(file, context, 'ack').bytes) text.add(chunk);
  // A command of `work` has done its work, so what is not quite a result is kept as text; a person can mend it.
  const fault = faultInResult(text);
  if (fault !== undefined) {
    const { program } = context;
    throw new CliError(
      'ERR_INVALID_RESULT',
      `What ${file === STANDARD_INPUT ? 'standard input' : file} has looks like a result but is none: ${fault} Nothing was changed; the message is still in hand.`,
      {
        next: `mend that field and ack it again; if its time is short, first: ${program} renew ${shellWord(handle)}`,
      },
    );
  }
  await delivery.complete(resultFrom(text));
}
