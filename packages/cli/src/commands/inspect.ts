import { ExitCode } from '../exit-code.ts';
import { inspectionJson } from '../json/inspect.ts';
import { boxes } from '../render/boxes.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { showMessages } from '../show-messages.ts';
import type { Command } from './command.ts';

/** `inspect`: every box at a glance; `inspect ID`: everything known of one message. Changes nothing. */
export const inspect: Command = {
  name: 'inspect',
  options: [],
  add: (parser, session) =>
    parser.command(
      'inspect [id]',
      'Show how deep and how old every box is and what is wrong, or all that is known of one message',
      (options) =>
        options
          .positional('id', {
            type: 'string',
            describe: 'A message_id, or a beginning of it that no other has',
          })
          .example('$0 inspect', 'Every box, who holds what, and advice')
          .example('$0 inspect 0197a2', 'One message: where it is, its content and history')
          .example('$0 inspect --json | jq ".boxes[] | select(.dead > 0)"', 'For scripts'),
      ({ id, ...options }) =>
        session.act(options, (context) =>
          id === undefined ? inspectBoxes(context) : inspectMessage(context, id),
        ),
    ),
};

async function inspectBoxes(context: CommandContext): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { io, output, root, program } = context;
  const inspection = await queue.operations.inspect();
  output.data(inspectionJson(inspection, program, io.now()));
  output.remark(safe`${root.shown}`);
  output.text(boxes(inspection, layoutOf(context)));
  return ExitCode.ok;
}

async function inspectMessage(context: CommandContext, id: string): Promise<ExitCode> {
  await using queue = await openToAct(context);
  return showMessages(context, await queue.operations.find(id));
}
