import type { DeadLetterGroup } from '../history/dead-letter-groups.ts';
import { shellWord } from '../shell-word.ts';
import { age } from './age.ts';
import { nameOf } from './dead-letters.ts';
import type { Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import { whyItDied } from './why-it-died.ts';
import { wrapped } from './wrapped.ts';

/** So many agents are named in a line. */
const MOST_AGENTS = 5;

/** Dead letters by reason: how many, since when, whose, and examples with the command that shows each in full. */
export function deadLetterGroups(groups: readonly DeadLetterGroup[], layout: Layout): SafeText {
  return join(
    groups.map((group) => paragraph(group, layout)),
    '\n\n',
  );
}

function paragraph(
  { code, count, oldestAt, newestAt, agents, examples }: DeadLetterGroup,
  layout: Layout,
): SafeText {
  const { style, columns, program, now_ms } = layout;
  const ago = (at: string): string => age(now_ms - Date.parse(at));
  const when =
    oldestAt === null || newestAt === null
      ? ''
      : count === 1
        ? `, ${ago(newestAt)} ago`
        : `, the last ${ago(newestAt)} ago, the first ${ago(oldestAt)} ago`;
  const named = agents.slice(0, MOST_AGENTS).map(({ agentId, count: own }) => `${agentId} ${own}`);
  const rest = agents.length > MOST_AGENTS ? ', and others' : '';
  return join(
    [
      wrapped(
        safe`${style('bad', safe`${count}`)} ${style('heading', safe`${code}`)}${style('dim', safe`${when}; ${named.join(', ')}${rest}`)}`,
        layout.wrapAt,
        2,
      ),
      ...examples.map((letter) => {
        const why = shortened(whyItDied(letter), Math.max(40, columns - 4));
        const command = `${program} dlq show ${shellWord(nameOf(letter.entry))}`;
        return safe`  ${why}\n    ${style('command', safe`${command}`)}`;
      }),
    ],
    '\n',
  );
}
