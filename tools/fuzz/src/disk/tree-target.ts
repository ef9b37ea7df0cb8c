import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { mustBeDocumented } from '../rules/errors.ts';
import { Violation, type Target } from '../target.ts';
import { applyPlan } from './apply-plan.ts';
import { Canaries } from './canaries.ts';
import { handleUntil, lift, look, noteErrors, repair } from './exercise.ts';
import { goodReport, goodTask } from './good-messages.ts';
import { liveTree, plantTree, type LiveEntry } from './live-tree.ts';
import { carryOver, operate, survey } from './operate.ts';
import { isOperators, operatorTree } from './operator-tree.ts';
import { planOf, type Plan } from './plan.ts';
import { planFor } from './tree-mutation.ts';
import { workplace } from './workplace.ts';
import { untilSettled } from './virtual-time.ts';
import { isVital } from './vital-paths.ts';
import { quickFileSystem, WatchedFileSystem } from './watched-file-system.ts';

let tree: Promise<readonly LiveEntry[]> | undefined;

/** The tree of a queue that was alive, some of its names and contents changed, and then used in every way. */
export function treeTarget(plant: (inner: FileSystem) => FileSystem = (inner) => inner): Target {
  let entries: readonly LiveEntry[] = [];
  return {
    name: 'tree',
    about: 'a live queue’s directory, its names and contents changed, through every operation',
    kind: 'disk',
    share: 3,
    material: () => ({ seeds: [] }),
    prepare: async () => {
      entries = await (tree ??= liveTree());
    },
    input: (random) => planFor(random, entries),
    run: (input) => useTree(entries, planOf(input), plant),
  };
}

let wholeTree: Promise<readonly LiveEntry[]> | undefined;
/** Of the plans, this share is about what operators and other writers leave, and nothing else. */
const AIMED = 0.7;

/** The same with everything that operators and writers of other versions leave, used by an operator too. */
export function operatorTarget(plant: (inner: FileSystem) => FileSystem = (inner) => inner): Target {
  let entries: readonly LiveEntry[] = [];
  let aim: readonly LiveEntry[] = [];
  return {
    name: 'operator',
    about:
      'records of operations, what other writers left, what was adopted; the log, purges, doctor, dump and restore',
    kind: 'disk',
    share: 2,
    material: () => ({ seeds: [] }),
    prepare: async () => {
      entries = await (wholeTree ??= operatorTree());
      aim = entries.filter(({ path }) => isOperators(path));
    },
    input: (random) => planFor(random, random.chance(AIMED) ? aim : entries),
    run: (input) => useTree(entries, planOf(input), plant, true),
  };
}

/** Plants the tree, does to it what the plan says, and uses it; as operators do too, if asked to. */
export async function useTree(
  entries: readonly LiveEntry[],
  plan: Plan,
  plant: (inner: FileSystem) => FileSystem,
  byOperator = false,
): Promise<void> {
  const directory = mkdtempSync(join(workplace(), 'tapps-fuzz-'));
  try {
    const root = join(directory, 'messages');
    plantTree(entries, root, byOperator ? OLD_MS : 0);
    await applyPlan(root, plan);
    // Only now, or what the plan writes could go through its own links.
    const canaries = new Canaries(join(directory, 'outside'), JSON.stringify(goodTask('canary')));
    const watched = new WatchedFileSystem(root);
    // What was planted stands between the watch and the disk: the code under test believes it.
    const fileSystem = watched.over(plant(quickFileSystem(nodeFileSystem())));
    const beside = new WatchedFileSystem(join(directory, 'copy'));
    await use(root, fileSystem, plan, byOperator ? beside.over(quickFileSystem(nodeFileSystem())) : null);
    const [left] = [...watched.violations, ...beside.violations];
    if (left !== undefined) throw left;
    canaries.mustBeUntouched();
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Old enough for retention to take it, in milliseconds. */
const OLD_MS = 7_200_000;

/** @param copies where an operator works: the file system of a root beside this one, for a copy; null: no operator does */
async function use(
  root: string,
  fileSystem: FileSystem,
  plan: Plan,
  copies: FileSystem | null,
): Promise<void> {
  const clock = new ManualClock();
  clock.freeze(60_000);
  const options = {
    root,
    clock,
    fileSystem,
    random: () => 0.5,
    retention: false as const,
    access: 'owner' as const,
  };
  const errors: unknown[] = [];
  let coder: Queue | undefined;
  let lead: Queue | undefined;
  try {
    coder = await openQueue({ ...options, agent: 'coder' });
    lead = await openQueue({ ...options, agent: 'lead' });
  } catch (error) {
    mustBeDocumented(error, 'open');
    await coder?.close();
    if (!plan.steps.some(isVital)) throw new Violation('shut out', String(error));
    return;
  }
  try {
    for (const queue of [coder, lead]) noteErrors(queue, errors);
    await untilSettled(look(lead), clock);
    if (copies !== null) await untilSettled(survey(lead), clock);
    await handleGood(coder, lead, plan, clock);
    if (copies !== null) {
      await untilSettled(operate(lead), clock);
      await untilSettled(carryOver(lead, { root: join(root, '../copy'), fileSystem: copies, clock }), clock);
    }
    await untilSettled(repair(lead), clock);
    await untilSettled(look(coder), clock);
  } finally {
    await untilSettled(Promise.allSettled([coder.close(), lead.close()]), clock);
  }
  if (errors[0] !== undefined) throw errors[0] as Error;
}

/** Good messages among the hostile: handled, unless a directory that they need is itself what was destroyed. */
async function handleGood(coder: Queue, lead: Queue, plan: Plan, clock: ManualClock): Promise<void> {
  const isDestroyed = plan.steps.some(isVital);
  const free = (await lift(coder, 'coder')) && (await lift(lead, 'coder'));
  const good = ['good-1', 'good-2'];
  try {
    writeFileSync(join(coder.root, 'inbox/coder/good-1.json'), JSON.stringify(goodTask('good-1')));
    await lead.send(goodTask('good-2'));
    await coder.send(goodReport('good-3'));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) mustBeDocumented(error, 'send');
    if (!isDestroyed) throw new Violation('shut out', String(error));
  }
  const unhandled = [
    ...(await handleUntil(
      (note) => coder.work({ task_assignment: note, status_update: note, task_complete: note }),
      isDestroyed ? [] : good,
      clock,
    )),
    ...(await handleUntil(
      (note) => lead.collect({ status_update: note, task_complete: note }),
      isDestroyed ? [] : ['good-3'],
      clock,
    )),
  ];
  if (isDestroyed || !free || unhandled.length === 0) return;
  throw new Violation('good ones stopped', `${unhandled.join(', ')} not handled`);
}
