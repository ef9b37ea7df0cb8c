import type { Bench } from './bench.ts';
import type { Expectation } from './expectation.ts';
import type { Tree } from './tree.ts';

/** Who has to pass a case: whoever sends, or whoever consumes too. */
export type Role = 'producer' | 'consumer';

/** A directory before, commands, and the directory after. */
export interface Case {
  /** Unique, in words and dashes: what a report names. */
  readonly name: string;
  /** The rules of docs/protocol.md that it judges. */
  readonly rules: readonly `R${number}`[];
  readonly role: Role;
  /** What must hold, in a sentence. */
  readonly title: string;
  readonly before: Tree;
  /** Gives the commands and looks at what they answer; throws a `Difference` where that is wrong. */
  run(bench: Bench): Promise<void>;
  /** Looked at while the sessions that the case has opened are still open. Left out: the case looks for itself. */
  readonly after?: Expectation;
  /** The program may refuse what this case asks for, if it changes nothing then; it counts as declined. */
  readonly mayDecline?: boolean;
  /** Why it cannot be judged on this system; null where it can. */
  readonly skip?: string | null;
}

/** A messages directory in which these agents are registered. */
export function registered(...agents: readonly string[]): Tree {
  const tree: Record<string, string> = {
    'layout.json': '{ "layout": 1, "created_at": "2026-01-09T00:00:00.000Z" }\n',
    'tmp/': '',
  };
  for (const agent of agents) {
    tree[`outbox/${agent}/`] = '';
    tree[`inbox/${agent}/`] = '';
  }
  return tree;
}

/** For cases that see the order of events. */
export const onLinuxOnly =
  process.platform === 'linux' ? null : 'only Linux tells a watcher every change in its order (inotify)';
