import { completionScript, SHELLS } from '../completion/completion-scripts.ts';
import { ExitCode } from '../exit-code.ts';
import { sanitizeBlock } from '../render/safe-text.ts';
import type { Command } from './command.ts';

/** `completion SHELL`: what the shell reads to complete commands, options, agents and ids. */
export const completion: Command = {
  name: 'completion',
  options: [],
  add: (parser, session) =>
    parser.command(
      'completion <shell>',
      'Print what makes a shell complete commands, options, agents and ids',
      (options) =>
        options
          .positional('shell', { choices: SHELLS, demandOption: true, describe: 'Which shell' })
          .example('source <($0 completion bash)', 'In ~/.bashrc (or zsh in ~/.zshrc, after compinit)')
          .example('$0 completion fish > ~/.config/fish/completions/tapps-mq.fish', 'For fish, once'),
      ({ shell, ...options }) =>
        session.look(options, async ({ output }) => {
          const script = completionScript(shell);
          output.data({ shell, script });
          output.text(sanitizeBlock(script.trimEnd()));
          return await Promise.resolve(ExitCode.ok);
        }),
    ),
};
