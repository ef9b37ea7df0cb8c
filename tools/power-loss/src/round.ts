import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type Image } from '@tapps-agents-tools/file-systems';
import { castOf, successorOf, type Stage, type Variation } from './cast.ts';
import { checkDrained, checkFound, twiceNamed, type Traits } from './checks.ts';
import { Children, runToItsEnd } from './children.ts';
import { historyOf, type History, type Violation } from './history.ts';
import { momentOfLoss } from './moment.ts';
import { Notebook, readNotes, type Note } from './notes.ts';
import { pullPlug, type Method } from './plug.ts';
import { seededRandom } from './random.ts';
import { survey } from './survey.ts';

/** What a round starts with. */
export interface RoundOptions {
  readonly image: Image;
  /** The notebook of this image, of all rounds. */
  readonly notes: string;
  readonly method: Method;
  readonly seed: number;
  readonly variation: Variation;
}

/** What came of a round. */
export interface RoundResult {
  /** What is left; the one that the round began with may be gone. */
  readonly image: Image;
  readonly method: Method;
  readonly notes: readonly Note[];
  readonly history: History;
  readonly violations: readonly Violation[];
  /** Messages whose file was found under two names, where a file system may leave that. */
  readonly twiceNamed: number;
}

const successorLimit_s = 600;

/** Lets producers and consumers work, pulls the plug at a moment that the seed tells, and checks what is left. */
export async function playRound(options: RoundOptions): Promise<RoundResult> {
  const { image, notes, method, seed, variation } = options;
  const random = seededRandom(seed);
  const stage = { root: rootIn(image), notes, seed, again: neverHeardOf(notes) };
  const notebook = new Notebook(notes);
  const children = new Children(castOf(stage, variation, random));
  try {
    await momentOfLoss(notes, children, random);
    notebook.write({ what: 'plug' });
    const left = await pullPlug(method, image, children);
    notebook.write({ what: 'power' });
    const traits = { renamesByHalves: image.kind === 'btrfs' };
    const checked = await check({ ...stage, root: rootIn(left) }, notebook, traits);
    // What the successor did stands from now on, whatever happens in the next round.
    runCommand('sync', '--file-system', left.directory);
    return { ...checked, image: left, method, notes: readNotes(notes) };
  } finally {
    await children.kill();
    notebook.close();
  }
}

/** Looks at what is there; then has it handled, with nobody's help, and looks again. */
async function check(
  stage: Stage,
  notebook: Notebook,
  traits: Traits,
): Promise<Pick<RoundResult, 'history' | 'violations' | 'twiceNamed'>> {
  const before = historyOf(readNotes(stage.notes));
  const files = survey(stage.root);
  const twice = twiceNamed(files);
  const found = [...before.violations, ...checkFound(before, files, traits)];
  const common = { twiceNamed: twice.length };
  if (found.length > 0) return { ...common, history: before, violations: found };
  if (traits.renamesByHalves) notebook.write(...twice.map((id) => ({ what: 'copied' as const, id })));
  const trouble = await runToItsEnd(successorOf(stage), successorLimit_s);
  const history = historyOf(readNotes(stage.notes));
  const stuck = trouble === null ? [] : [{ rule: 'needs help', detail: `Of the successor: ${trouble}.` }];
  const drained = checkDrained(history, survey(stage.root), traits);
  return { ...common, history, violations: [...history.violations, ...stuck, ...drained] };
}

/** Below directories that the queue has to make itself. */
function rootIn(image: Image): string {
  return join(image.directory, 'project', 'messages');
}

/** Ids that somebody began to send and was not told the end of: whoever sends again sends the same. */
function neverHeardOf(notes: string): string[] {
  if (statSync(notes, { throwIfNoEntry: false }) === undefined) return [];
  const { attempts, sent } = historyOf(readNotes(notes));
  return [...attempts.keys()].filter((id) => !sent.has(id)).slice(0, 200);
}
