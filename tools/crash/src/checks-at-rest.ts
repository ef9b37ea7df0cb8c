import { checkDeadLetters, checkKept, checkPlaces, checkPresence, checkWhole } from './checks-at-death.ts';
import { knownMessages, violate, type Outcome } from './outcome.ts';
import { MESSAGE_KINDS, type SurveyedFile } from './survey.ts';

/** What must hold when the successors have nothing left to do. */
export function checkAtRest(outcome: Outcome): void {
  const files = outcome.atRest;
  checkWhole(outcome, files);
  checkPlaces(outcome, files);
  checkPresence(outcome, files);
  checkDeadLetters(outcome, files);
  checkKept(outcome, files);
  checkFinished(outcome, files);
  checkHandling(outcome);
  checkDeliveries(outcome);
  checkUntouched(outcome, files);
  checkSteps(outcome);
}

function checkFinished(outcome: Outcome, files: readonly SurveyedFile[]): void {
  for (const { kind, path } of files) {
    if (kind === 'ready' || kind === 'leased') violate(outcome, 'not finished', path);
    if (kind === 'gitignore' && files.find((file) => file.path === path)?.text !== '*\n')
      violate(outcome, 'torn', path);
  }
}

interface Copies {
  readonly active: readonly SurveyedFile[];
  readonly processed: number;
}

/** Once for each id (in each box and run) that was not finished at the kill, and for no other. */
function checkHandling(outcome: Outcome): void {
  const all = new Map<string, Copies>();
  for (const file of [...outcome.atDeath, ...outcome.atRest]) {
    if (!MESSAGE_KINDS.has(file.kind) || file.id === '') continue;
    all.set(keyOf(file), { active: [], processed: 0 });
  }
  for (const file of outcome.atDeath) {
    const copies = all.get(keyOf(file));
    if (copies === undefined) continue;
    all.set(keyOf(file), {
      active: file.kind === 'ready' || file.kind === 'leased' ? [...copies.active, file] : copies.active,
      processed: copies.processed + (file.kind === 'processed' ? 1 : 0),
    });
  }
  for (const handling of outcome.handled) all.set(keyOf(handling), all.get(keyOf(handling)) ?? none);
  for (const [key, { active, processed }] of all) {
    const times = outcome.handled.filter((handling) => keyOf(handling) === key).length;
    if (times > 1) violate(outcome, 'handled twice', key);
    if (processed > 0 && times > 0) violate(outcome, 'handled again', key);
    const isHandled = outcome.atRest.some((file) => file.kind === 'processed' && keyOf(file) === key);
    if (isHandled && processed === 0 && times === 0) violate(outcome, 'finished without a handler', key);
    if (active.length > 0 && processed === 0 && times === 0 && !diedSince(outcome, key))
      violate(outcome, 'not handled', key);
  }
}

const none: Copies = { active: [], processed: 0 };

function keyOf({
  box,
  id,
  run,
}: {
  readonly box: string;
  readonly id: string;
  readonly run: number;
}): string {
  return `${box} ${id} run ${run}`;
}

/** What cannot be handled, dies. */
function diedSince(outcome: Outcome, key: string): boolean {
  return outcome.atRest.some((file) => file.kind === 'dead' && keyOf(file) === key);
}

/** Every claim was counted, the one that ended in the crash too: the delivery number is the fencing token. */
function checkDeliveries(outcome: Outcome): void {
  for (const handling of outcome.handled) {
    const claimed = outcome.story.facts
      .filter(({ told, id }) => told === 'claimed' && id === handling.id)
      .map(({ deliveries = 0 }) => deliveries);
    const atDeath = outcome.atDeath.filter((file) => keyOf(file) === keyOf(handling));
    const counted = Math.max(0, ...claimed, ...atDeath.map(({ deliveries }) => deliveries));
    if (atDeath.length > 1) continue; // Whichever of two copies came first.
    if (handling.deliveries !== counted + 1)
      violate(outcome, 'delivery not counted', `${handling.id}: ${handling.deliveries} after ${counted}`);
    const failed = Math.max(0, ...atDeath.map(({ failures }) => failures));
    if (handling.failures !== failed)
      violate(outcome, 'failure not counted', `${handling.id}: ${handling.failures} after ${failed}`);
  }
}

/** Who was dead at the kill, and was not brought back on purpose, is dead still, beside the same reason. */
function checkUntouched(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const known = knownMessages(outcome);
  for (const file of outcome.atDeath) {
    if (file.kind !== 'dead' || known.get(file.id)?.mayGo === true) continue;
    if (outcome.handled.some((handling) => keyOf(handling) === keyOf(file))) continue;
    for (const path of [file.path, file.path.replace(/\.json$/, '.reason.json')]) {
      const before = outcome.atDeath.find((other) => other.path === path);
      const after = files.find((other) => other.path === path);
      if (before?.text !== after?.text) violate(outcome, 'dead letter touched', path);
    }
  }
}

/** A step that was recorded does not run again; one that was not, does. */
function checkSteps(outcome: Outcome): void {
  for (const { kind, path, value } of outcome.atDeath) {
    if (kind !== 'journal' || !path.includes('/once~') || typeof value?.['step'] !== 'string') continue;
    const { step } = value;
    if (outcome.steps.some((key) => key.endsWith(`/${step}`)))
      violate(outcome, 'recorded step run again', path);
  }
}
