import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../../packages/cli/src/cli.ts';
import type { Io } from '../../../../packages/cli/src/io.ts';
import { mustBeTerminalSafe } from '../rules/terminal.ts';
import { Violation, type Target } from '../target.ts';
import { applyPlan } from './apply-plan.ts';
import { Canaries } from './canaries.ts';
import { goodTask } from './good-messages.ts';
import { liveTree, plantTree, type LiveEntry } from './live-tree.ts';
import { planOf } from './plan.ts';
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
  ['replay', '--from', 'processed', '--force-reprocess', '--json'],
];
/** Fine, failed, wrong use, nothing matched, partly done. */
const EXIT_CODES = new Set([0, 1, 2, 3, 5]);

let tree: readonly LiveEntry[] = [];

/** The commands of the cli on a tree of which some was changed: what they print is safe, and what fails has a code. */
export const commandTarget: Target = {
  name: 'command',
  about: 'the cli’s commands on a live queue’s directory, its names and contents changed',
  kind: 'disk',
  share: 1,
  material: () => ({ seeds: [] }),
  prepare: async () => {
    tree = await liveTree();
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

async function runCommand(command: readonly string[], cwd: string): Promise<void> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const never = new AbortController().signal;
  const io: Io = {
    stdout: sinkTo(stdout),
    stderr: sinkTo(stderr),
    stdin: nothing(),
    env: {},
    cwd,
    columns: 120,
    now: Date.now,
    interrupts: { first: never, second: never },
  };
  const exitCode = await run([...command, '--root', 'messages'], io);
  const what = `tapps-mq ${command.join(' ')}`;
  mustBeTerminalSafe(stdout.join(''), `standard output of ${what}`, { styled: true });
  mustBeTerminalSafe(stderr.join(''), `standard error of ${what}`, { styled: true, bars: true });
  const text = stdout.join('') + stderr.join('');
  if (!EXIT_CODES.has(exitCode)) throw new Violation('exit code', `${what} ended with ${exitCode}`);
  if (text.includes('ERR_UNEXPECTED')) throw new Violation('raw error', `${what}: ${text}`);
}

/** A terminal that keeps what is written. */
function sinkTo(written: string[]): Io['stdout'] {
  return {
    isTerminal: true,
    write: (text) => void written.push(text),
    drained: () => Promise.resolve(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
