import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../target.ts';
import { applyPlan } from './apply-plan.ts';
import { Canaries } from './canaries.ts';
import { goodTask } from './good-messages.ts';
import { plantTree, type LiveEntry } from './live-tree.ts';
import { operatorTree } from './operator-tree.ts';
import { planOf } from './plan.ts';
import { runCommand } from './run-command.ts';
import { planFor } from './tree-mutation.ts';
import { workplace } from './workplace.ts';

/** Commands that only look. */
const COMMANDS: readonly (readonly string[])[] = [
  ['inspect'],
  ['inspect', '--json'],
  ['agents'],
  ['dlq'],
  ['dlq', '--json'],
  ['dlq', 'list', '--json'],
  ['dlq', 'show', 'dead'],
  ['inspect', 'ready-1'],
  ['replay'],
  ['replay', '--log'],
  ['replay', '--log', '--json', '--id', 'dead'],
  ['purge', '--log'],
  ['purge', 'coder', '-n', '--json'],
  ['doctor'],
  ['doctor', '--json'],
  ['gc', '-n'],
  ['inspect', 'coder'],
  ['export', '-'],
  ['replay', '--from', 'processed', '--force-reprocess', '--json'],
];
let tree: readonly LiveEntry[] = [];

/** The commands of the cli on a tree of which some was changed: what they print is safe, and what fails has a code. */
export const commandTarget: Target = {
  name: 'command',
  about: 'the cli’s commands on a live queue’s directory, its names and contents changed',
  kind: 'disk',
  share: 1,
  material: () => ({ seeds: [] }),
  prepare: async () => {
    tree = await operatorTree();
  },
  input: (random) => planFor(random, tree),
  async run(input) {
    const directory = mkdtempSync(join(workplace(), 'tapps-fuzz-'));
    try {
      plantTree(tree, join(directory, 'messages'));
      await applyPlan(join(directory, 'messages'), planOf(input));
      const canaries = new Canaries(join(directory, 'outside'), JSON.stringify(goodTask('canary')));
      for (const command of COMMANDS) await runCommand(command, directory);
      canaries.mustBeUntouched();
    } finally {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
