import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode } from '../exit-code.ts';
import { initJson } from '../json/init.ts';
import { safe } from '../render/safe-text.ts';
import { nearestRoot, rootToMake } from '../root.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

/** `init`: makes a messages directory, with the `.gitignore` that keeps messages out of commits. */
export const init: Command = {
  name: 'init',
  options: ['group'],
  add: (parser, session) =>
    parser.command(
      'init',
      'Make a messages directory in this folder',
      (options) =>
        options
          .option('group', {
            type: 'boolean',
            default: false,
            describe: 'Share it with the group: 0770 and 0660 instead of 0700 and 0600',
          })
          .example('$0 init', 'Make .tapps-agents/messages here')
          .example('$0 init --root /srv/agents/messages', 'Make it somewhere else'),
      (options) => session.actGracefully(options, (context) => initialise(context, options)),
    ),
};

async function initialise(
  { io, output, program }: CommandContext,
  { root: rootFlag, group }: { readonly root: string | undefined; readonly group: boolean },
): Promise<ExitCode> {
  const root = rootToMake(rootFlag, io);
  const outer = nearestRoot(dirname(io.cwd));
  const existed = existsSync(root.path);
  const { openQueue } = await import('@tapps-agents/queue');
  await using queue = await openQueue({
    root: root.path,
    create: true,
    retention: false,
    ...(group && { access: 'group' }),
  }).catch((error: unknown): never => {
    throw withNextStep(error);
  });
  output.data(initJson(queue.root, !existed));
  output.text(existed ? safe`${root.shown} is there already, and usable.` : safe`Made ${root.shown}.`);
  if (!existed && rootFlag === undefined && outer !== undefined) {
    output.remark(
      safe`Note: ${outer} exists as well; from here on, commands run in this folder use the new one.`,
    );
  }
  output.remark(safe`next: ${program} agents register NAME   then: ${program} send FILE`);
  return ExitCode.ok;
}

/** The usual advice against a directory that is none of ours is this very command. */
function withNextStep(error: unknown): unknown {
  const isRefused =
    error instanceof Error && 'code' in error && error.code === 'ERR_NOT_A_MESSAGES_DIRECTORY';
  return isRefused
    ? Object.assign(error, { next: 'name a directory that is new or empty with --root' })
    : error;
}
