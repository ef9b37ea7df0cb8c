import type { ExitCode } from '../exit-code.ts';
import { knownAgents } from '../known-agents.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

/** `inspect`: every box at a glance; `inspect AGENT`: one agent; `inspect ID`: everything known of one message. Changes nothing. */
export const inspect: Command = {
  name: 'inspect',
  options: ['all'],
  add: (parser, session) =>
    parser.command(
      'inspect [agent-or-id]',
      'Show how deep and how old every box is and what is wrong, or all that is known of an agent or a message',
      (options) =>
        options
          .positional('agent-or-id', {
            type: 'string',
            describe: 'An agent, a message_id, or a beginning of it that no other has',
          })
          .option('all', {
            type: 'boolean',
            default: false,
            describe: 'On a terminal, with more than 20 boxes: also those in which nothing is',
          })
          .example('$0 inspect', 'Every box, who holds what, and advice')
          .example('$0 inspect coder', 'One agent: who works for it, what comes next, what is dead')
          .example('$0 inspect 0197a2', 'One message: where it is, its content and history')
          .example('$0 inspect --json | jq ".boxes[] | select(.dead > 0)"', 'For scripts'),
      ({ 'agent-or-id': what, all, ...options }) =>
        session.look(options, (context) =>
          what === undefined ? inspectBoxes(context, all) : inspectOne(context, what),
        ),
    ),
};

async function inspectBoxes(context: CommandContext, all: boolean): Promise<ExitCode> {
  const { showBoxes } = await import('../showing/show-boxes.ts');
  return await showBoxes(context, all);
}

/** An agent of that name, or else a message: names of agents are short and few, ids are neither. */
async function inspectOne(context: CommandContext, what: string): Promise<ExitCode> {
  await using queue = await openToAct(context);
  if ((await knownAgents(queue)).includes(what)) {
    const { showAgent } = await import('../showing/show-boxes.ts');
    return await showAgent(context, queue, what);
  }
  const { showMessages } = await import('../showing/show-messages.ts');
  const { findOrTrace } = await import('../showing/find-or-trace.ts');
  return showMessages(context, await findOrTrace(context, queue, what));
}
