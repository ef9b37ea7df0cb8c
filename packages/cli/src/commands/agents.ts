import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { agentsJson, registrationJson } from '../json/agents.ts';
import { join, safe, sanitize } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

/** `agents [list]` and `agents register NAME...`: who can be sent to. */
export const agents: Command = {
  name: 'agents',
  subcommands: ['list', 'register'],
  options: [],
  add: (parser, session) =>
    parser.command('agents', 'List the agents that can be sent to, or register new ones', (options) =>
      options
        .command(
          ['list', '$0'],
          'List the registered agents, one a line',
          (listOptions) => listOptions.example('$0 agents', 'Who is there'),
          (listOptions) => session.look(listOptions, list),
        )
        .command(
          'register <names..>',
          'Make agents known, so that messages can be sent to them',
          (registerOptions) =>
            registerOptions
              .positional('names', {
                type: 'string',
                array: true,
                demandOption: true,
                describe: 'The agents’ ids',
              })
              .example('$0 agents register coder reviewer', 'Register two agents'),
          (registerOptions) =>
            session.act(registerOptions, (context) => register(context, registerOptions.names)),
        )
        .example('$0 agents', 'Who is there')
        .example('$0 agents register coder reviewer', 'Register two agents'),
    ),
};

async function list(context: CommandContext): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { output, program } = context;
  let isWhole = true;
  const onFailure = (error: unknown): void => {
    isWhole = false;
    output.warn('ERR_PARTLY_DONE', `An agent cannot be told: ${error instanceof Error ? error.message : ''}`);
  };
  const ids = (await queue.store.agents({ onFailure })).map(({ agentId }) => agentId);
  output.data(agentsJson(ids));
  if (ids.length > 0) output.text(join(ids.map(sanitize), '\n'));
  else if (isWhole) output.remark(safe`No agent is registered yet. next: ${program} agents register NAME`);
  return isWhole ? ExitCode.ok : ExitCode.partlyDone;
}

async function register(context: CommandContext, names: readonly string[]): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { output } = context;
  const registered: string[] = [];
  const known: string[] = [];
  for (const name of names) {
    try {
      ((await queue.registerAgent(name)) ? registered : known).push(name);
    } catch (error) {
      if (registered.length === 0) throw error;
      const cause = error instanceof Error ? error.message : String(error);
      throw new CliError(
        'ERR_PARTLY_DONE',
        `Registered ${registered.join(', ')}, then failed at ${name}: ${cause}`,
        { cause: error },
      );
    }
  }
  output.data(registrationJson(registered, known));
  for (const name of registered) output.text(safe`registered ${name}`);
  for (const name of known) output.text(safe`${name} was registered already`);
  return ExitCode.ok;
}
