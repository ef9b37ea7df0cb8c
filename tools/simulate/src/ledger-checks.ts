import { survey, type SurveyedFile } from './survey.ts';
import type { World } from './world.ts';

/* What a power loss must leave: of the ledger, of dead letters, of results of steps, and of messages that were on their way. */

/** What lay where when the power went. */
export interface HeldAtLoss {
  /** What the ledger knew, by box and id. */
  readonly finished: ReadonlySet<string>;
  /** Ids of messages that were ready, leased or dead, and not finished. */
  readonly onTheirWay: ReadonlySet<string>;
  /** Entries of dead letters that were quarantined, as far as nobody has brought them back since. */
  readonly dead: readonly string[];
  /** Paths of results of steps, as far as retention has not removed them. */
  readonly remembered: readonly string[];
}

const underWay: ReadonlySet<string> = new Set(['ready', 'leased', 'dead', 'outside']);

/** To be asked right before the power is lost. */
export function heldAtLoss(world: World): HeldAtLoss {
  const files = survey(world.machine.disk, world.root);
  const finishedIds = new Set(
    files.flatMap(({ state, id }) => (state === 'processed' && id !== null ? id : [])),
  );
  const onTheirWay = files.flatMap(({ state, id }) =>
    id !== null && underWay.has(state) && !finishedIds.has(id) ? id : [],
  );
  const dead = entriesOf(world, files, 'dead').filter((entryId) => world.history.dead.has(entryId));
  const remembered = [...world.history.remembered].filter((path) => world.machine.disk.find(path));
  return { finished: ledgerOf(files), onTheirWay: new Set(onTheirWay), dead, remembered };
}

/** Right after it: what was there and durable is there, also where retention forgets, which had no time to. */
export function checkAfterLoss(world: World, held: HeldAtLoss): void {
  const { finished, onTheirWay, dead, remembered } = held;
  const files = survey(world.machine.disk, world.root);
  checkLedger(world, files, (key) => finished.has(key));
  checkDeadLetters(world, files, dead);
  checkResults(world, files, remembered);
  const present = new Set(files.flatMap(({ state, id }) => (state !== 'temporary' && id !== null ? id : [])));
  for (const { id, acknowledged } of world.history.sent.values()) {
    if (acknowledged !== 'full' || !onTheirWay.has(id) || present.has(id)) continue;
    world.history.violate('lost', `${id}, acknowledged as full, and not finished when the power went`);
  }
}

/**
 * What was acknowledged at durability `full` is in the ledger: of that, what `mustBeThere` says. Also where renames fall into
 * two halves, as both directories were flushed; where directories cannot be flushed, no acknowledgement is durable.
 */
export function checkLedger(
  world: World,
  files: readonly SurveyedFile[],
  mustBeThere: (key: string) => boolean,
): void {
  const ledger = ledgerOf(files);
  for (const { box, id } of world.history.finishedDurably()) {
    const key = keyOf(box, id);
    if (ledger.has(key) || !mustBeThere(key)) continue;
    world.history.violate('acknowledgement lost', `${key}, acknowledged at full, is not in the ledger`);
  }
}

/** What was quarantined lies where its holder was told, beside its reason: both are flushed, where directories can be. */
function checkDeadLetters(world: World, files: readonly SurveyedFile[], dead: readonly string[]): void {
  if (!world.scenario.flushesDirectories) return;
  const letters = new Set(entriesOf(world, files, 'dead'));
  const reasons = new Set(entriesOf(world, files, 'reason'));
  for (const entryId of dead) {
    if (letters.has(entryId) && reasons.has(entryId.replace(/json$/, 'reason.json'))) continue;
    world.history.violate('dead letter lost', `${entryId}, or its reason, which its holder was told of`);
  }
}

/** The result of a step, once its handler was told that it is remembered, is there and whole. */
function checkResults(world: World, files: readonly SurveyedFile[], remembered: readonly string[]): void {
  const whole = new Set(files.flatMap(({ path, value }) => (value === undefined ? [] : path)));
  for (const path of remembered)
    if (!whole.has(path)) world.history.violate('result forgotten', path.slice(world.root.length + 1));
}

function entriesOf(
  world: World,
  files: readonly SurveyedFile[],
  wanted: SurveyedFile['state'],
): readonly string[] {
  return files.flatMap(({ state, path }) => (state === wanted ? path.slice(world.root.length + 1) : []));
}

function ledgerOf(files: readonly SurveyedFile[]): Set<string> {
  return new Set(
    files.flatMap(({ state, box, id }) => (state === 'processed' && id !== null ? keyOf(box ?? '', id) : [])),
  );
}

/** Ids are those of one agent, whose name may be shortened on the disk. */
function keyOf(box: string, id: string): string {
  return `${box}/${id}`;
}
