import type { Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { resumedJson } from '../json/resume.ts';
import { resumeCommand } from '../render/pause.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  agent: {
    type: 'string',
    requiresArg: true,
    describe: 'Lift this agent’s pause (default: the pause of everything)',
  },
} as const;

/** `resume [--agent A]`: lifts a pause. An agent's own pause stays when the pause of everything is lifted. */
export const resume: Command = {
  name: 'resume',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'resume',
      'Lift a pause',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 resume', 'Lift the pause of everything')
          .example('$0 resume --agent coder', 'Lift one agent’s pause'),
      (options) => session.act(options, (context) => act(context, options.agent)),
    ),
};

async function act(context: CommandContext, agentId: string | undefined): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { output, program } = context;
  if (!(await queue.operations.resume({ ...(agentId !== undefined && { agentId }) }))) {
    const what =
      agentId === undefined ? 'There is no pause of everything' : `${agentId} is not paused by itself`;
    throw new CliError('ERR_NOTHING_MATCHED', `${what}; nothing was changed.`, {
      next: await nextResume(queue, program),
    });
  }
  output.data(resumedJson(agentId));
  output.text(agentId === undefined ? safe`resumed everything` : safe`resumed ${agentId}`);
  for (const left of await queue.store.pauses()) {
    output.remark(
      safe`still paused: ${left.agentId ?? 'everything'}. next: ${resumeCommand(program, left.agentId)}`,
    );
  }
  return ExitCode.ok;
}

async function nextResume(queue: Queue, program: string): Promise<string> {
  const [left] = await queue.store.pauses();
  return left === undefined ? `${program} inspect` : resumeCommand(program, left.agentId);
}
