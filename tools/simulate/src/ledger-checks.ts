import { survey, type SurveyedFile } from './survey.ts';
import type { World } from './world.ts';

/* What a power loss must leave: of the ledger, and of messages that were on their way. */

/** What lay where when the power went. */
export interface HeldAtLoss {
  /** What the ledger knew, by box and id. */
  readonly finished: ReadonlySet<string>;
  /** Ids of messages that were ready, leased or dead, and not finished. */
  readonly onTheirWay: ReadonlySet<string>;
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
  return { finished: ledgerOf(files), onTheirWay: new Set(onTheirWay) };
}

/** Right after it: what was there and durable is there, also where retention forgets, which had no time to. */
export function checkAfterLoss(world: World, { finished, onTheirWay }: HeldAtLoss): void {
  const files = survey(world.machine.disk, world.root);
  checkLedger(world, files, (key) => finished.has(key));
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

function ledgerOf(files: readonly SurveyedFile[]): Set<string> {
  return new Set(
    files.flatMap(({ state, box, id }) => (state === 'processed' && id !== null ? keyOf(box ?? '', id) : [])),
  );
}

/** Ids are those of one agent, whose name may be shortened on the disk. */
function keyOf(box: string, id: string): string {
  return `${box}/${id}`;
}
