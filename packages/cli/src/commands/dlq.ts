import { FILTER_OPTIONS } from '../options/filter-options.ts';
import type { Command } from './command.ts';

/** `dlq`: the dead letters by reason; `dlq list`: one a line; `dlq show ID`: one of them in full. Changes nothing. */
export const dlq: Command = {
  name: 'dlq',
  subcommands: ['groups', 'list', 'show'],
  options: Object.keys(FILTER_OPTIONS),
  add: (parser, session) =>
    parser.command(
      'dlq',
      'Show what died and why: by reason, one a line, or one of them in full',
      (options) =>
        options
          .command(
            ['groups', '$0'],
            'How many died of what, with examples',
            (groupsOptions) =>
              groupsOptions.options(FILTER_OPTIONS).example('$0 dlq --agent coder', 'Of one agent'),
            (groupsOptions) =>
              session.look(groupsOptions, async (context) => {
                const { showGroups } = await import('../showing/show-dead-letters.ts');
                return await showGroups(context, groupsOptions);
              }),
          )
          .command(
            'list',
            'List the dead letters one a line, all or those that the options choose',
            (listOptions) =>
              listOptions
                .options(FILTER_OPTIONS)
                .example(
                  '$0 dlq list --agent coder --reason exhausted',
                  'What coder gave up after many tries',
                ),
            (listOptions) =>
              session.look(listOptions, async (context) => {
                const { showList } = await import('../showing/show-dead-letters.ts');
                return await showList(context, listOptions);
              }),
          )
          .command(
            'show <id>',
            'Show a dead letter: why it died, what is wrong where, its history and content',
            (showOptions) =>
              showOptions
                .positional('id', {
                  type: 'string',
                  demandOption: true,
                  describe: 'A message_id, or its beginning',
                })
                .example('$0 dlq show 0197a2', 'Why did it die?'),
            (showOptions) =>
              session.look(showOptions, async (context) => {
                const { showDeadLetter } = await import('../showing/show-dead-letters.ts');
                return await showDeadLetter(context, showOptions.id);
              }),
          )
          .example('$0 dlq', 'How many died of what, with examples')
          .example(
            '$0 dlq --agent coder --reason exhausted --after 2h',
            'What coder gave up in the last two hours',
          )
          .example('$0 dlq show 0197a2', 'One of them in full'),
    ),
};
