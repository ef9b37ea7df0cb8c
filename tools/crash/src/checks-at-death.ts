import { parseDeadLetterReason } from '@tapps-agents/contracts';
import { knownMessages, violate, type Outcome } from './outcome.ts';
import type { Fact } from './story.ts';
import { MESSAGE_KINDS, type SurveyedFile } from './survey.ts';

/** What must hold the moment after the kill, before anybody did anything about it. */
export function checkAtDeath(outcome: Outcome): void {
  const files = outcome.atDeath;
  checkWhole(outcome, files);
  checkPlaces(outcome, files);
  checkPresence(outcome, files);
  checkDeadLetters(outcome, files);
  checkHolders(outcome, files);
  checkKept(outcome, files);
  for (const fact of outcome.story.facts) checkFact(outcome, files, fact);
}

/** Nothing that can be seen is half-written, and everything has a name that the protocol knows. */
export function checkWhole(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const known = knownMessages(outcome);
  const texts = new Set([...known.values()].map(({ text }) => text));
  for (const file of files) {
    if (file.kind === 'stray') violate(outcome, 'stray file', file.path);
    const expected = MESSAGE_KINDS.has(file.kind) ? known.get(file.id)?.text : undefined;
    const isWhole =
      expected === undefined ? isReadable(file) || texts.has(file.text) : file.text === expected;
    if (!isWhole) violate(outcome, 'torn', `${file.path}: ${JSON.stringify(file.text.slice(0, 60))}`);
  }
}

function isReadable(file: SurveyedFile): boolean {
  switch (file.kind) {
    case 'temporary':
    case 'token':
    case 'kept':
    case 'stray':
      return true;
    case 'remembered': // That it is there counts, and nobody reads it.
    case 'owner':
    case 'gitignore':
      return true; // Made in place, and nobody relies on a part of them: `checkHolders`, and what the next opener leaves.
    case 'reason':
      try {
        parseDeadLetterReason(new TextEncoder().encode(file.text));
        return true;
      } catch {
        return false;
      }
    case 'operation':
      return file.path.endsWith('.ndjson') ? hasWholeLines(file.text) : file.value !== undefined;
    default:
      return file.value !== undefined;
  }
}

function hasWholeLines(text: string): boolean {
  try {
    for (const line of text.split('\n').slice(0, -1)) JSON.parse(line);
    return text.endsWith('\n');
  } catch {
    return false;
  }
}

/** No message is in more places than it was sent times. */
export function checkPlaces(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const known = knownMessages(outcome);
  const places = new Map<string, string[]>();
  for (const { kind, box, id, run, path } of files) {
    if (!MESSAGE_KINDS.has(kind) || id === '') continue;
    const key = `${box} ${id} ${run}`;
    places.set(key, [...(places.get(key) ?? []), path]);
  }
  for (const paths of places.values()) {
    const id = files.find(({ path }) => path === paths[0])?.id ?? '';
    // What handlers send has ids of its own, and may be sent again by the next.
    const copies = known.get(id)?.copies ?? Number.POSITIVE_INFINITY;
    if (paths.length > copies) violate(outcome, 'in two places', `${id}: ${paths.join(' ')}`);
  }
}

/** What somebody was told is there, is there. */
export function checkPresence(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const messages = files.filter(({ kind }) => MESSAGE_KINDS.has(kind));
  // What is no message has no id, and is known by its bytes.
  const present = new Set(messages.flatMap(({ id, text }) => [id, text]));
  for (const message of knownMessages(outcome).values()) {
    if (!message.promised || message.mayGo) continue;
    if (!present.has(message.id) && !present.has(message.text)) violate(outcome, 'lost', message.id);
  }
}

/** Beside each dead message lies its reason. */
export function checkDeadLetters(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const reasons = new Set(files.filter(({ kind }) => kind === 'reason').map(({ path }) => path));
  for (const { kind, path } of files) {
    if (kind !== 'dead') continue;
    if (!reasons.has(path.replace(/\.json$/, '.reason.json')))
      violate(outcome, 'dead without its reason', path);
  }
}

/** Whoever holds a lease or a mutex can be proven dead: its record is whole, or gone. */
function checkHolders(outcome: Outcome, files: readonly SurveyedFile[]): void {
  for (const { kind, owner, path } of files) {
    if (owner === null || (kind !== 'leased' && kind !== 'token')) continue;
    const record = files.find((file) => file.kind === 'owner' && file.owner === owner);
    if (record !== undefined && record.value?.['owner'] !== owner)
      violate(outcome, 'holder without a record', path);
  }
}

/** What must stay as it is, does. */
export function checkKept(outcome: Outcome, files: readonly SurveyedFile[]): void {
  const found = new Map(files.map(({ path, text }) => [path, text]));
  for (const [path, text] of outcome.manifest.kept) {
    if (found.get(path) !== text) violate(outcome, 'removed or changed', path);
  }
}

/** What the caller was told is so. */
function checkFact(outcome: Outcome, files: readonly SurveyedFile[], fact: Fact): void {
  const of = files.filter(({ kind, id }) => MESSAGE_KINDS.has(kind) && id === fact.id);
  const isSo = (kind: SurveyedFile['kind'], also: (file: SurveyedFile) => boolean = () => true): boolean =>
    of.some((file) => file.kind === kind && also(file));
  const deliveries = fact.deliveries ?? 0;
  const settled = outcome.story.facts.findLast(({ id, told }) => id === fact.id && told !== 'sent');
  if (settled !== fact) return; // Something else was told later.
  const holds: Partial<Record<Fact['told'], () => boolean>> = {
    claimed: () => of.some((file) => file.kind !== 'ready' || file.releases + file.failures > 0),
    acked: () => isSo('processed'),
    retried: () => isSo('ready', (file) => file.failures > 0 && file.deliveries >= deliveries),
    released: () => isSo('ready', (file) => file.releases > 0 && file.deliveries >= deliveries),
    rejected: () => isSo('dead'),
    replayed: () => isSo('ready'),
  };
  if (holds[fact.told]?.() === false)
    violate(outcome, 'told otherwise', `${fact.told} ${fact.id}: ${of.map(({ path }) => path).join(' ')}`);
}
