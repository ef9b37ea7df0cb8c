import { serializeMessage } from '@tapps-agents/contracts';
import type { History, Violation } from './history.ts';
import { idOf, keyOf } from './notes.ts';
import { CODER, isPlanned, plannedMessage } from './planned-message.ts';
import type { SurveyedFile } from './survey.ts';

const places = new Set(['ready', 'leased', 'dead', 'processed']);

/** What differs between file systems. */
export interface Traits {
  /**
   * A rename into another directory may be found half done: the file has both names, until both directories were flushed. So on
   * btrfs (Linux 6.18): `mv a/x b/y`, fsync of `b`, power loss; then there are `a/x` and `b/y`, with a link count of 2.
   */
  readonly renamesByHalves: boolean;
}

/** What must hold of the files as they are found when the power is back, and at any time after. */
export function checkFound(history: History, files: readonly SurveyedFile[], traits: Traits): Violation[] {
  return [
    ...lost(history, files, (file) => places.has(file.state)),
    ...torn(files),
    ...unfinished(history, files),
    ...inTwoPlaces(history, files, traits),
    ...withoutReason(history, files, traits),
    ...unexpected(history, files),
    ...forgotten(history, files),
    ...notAnswered(history, files),
  ];
}

/** What must hold, besides, once all that was there has been handled. */
export function checkDrained(history: History, files: readonly SurveyedFile[], traits: Traits): Violation[] {
  const left = files.filter(({ state }) => state === 'ready' || state === 'leased');
  return [
    ...checkFound(history, files, traits),
    ...lost(history, files, ({ state }) => state === 'processed' || state === 'dead'),
    ...left.map(({ path }) => ({ rule: 'left over', detail: path })),
  ];
}

/** Each message that was promised to be durable is in a place that counts. */
function lost(
  history: History,
  files: readonly SurveyedFile[],
  counts: (file: SurveyedFile) => boolean,
): Violation[] {
  const present = new Set(files.flatMap((file) => (counts(file) ? (file.id ?? []) : [])));
  return [...history.sent]
    .filter((id) => !present.has(id))
    .map((id) => ({ rule: 'lost', detail: `${id}, which was sent` }));
}

/** Nothing that can be seen is half-written. Reports are not flushed, so nothing is promised of them. */
function torn(files: readonly SurveyedFile[]): Violation[] {
  return files
    .filter(({ state, id, text }) => {
      if (id === null || isReport(id)) return false;
      if (isPlanned(id) && state !== 'reason' && state !== 'step')
        return text !== serializeMessage(plannedMessage(id));
      return !isJson(text);
    })
    .map(({ path, text }) => ({ rule: 'torn', detail: `${path}: ${text.length} characters` }));
}

/** What was acknowledged is in the ledger. */
function unfinished(history: History, files: readonly SurveyedFile[]): Violation[] {
  const ledger = keysOf(files, 'processed');
  return [...history.acked]
    .filter((key) => !ledger.has(key))
    .map((key) => ({ rule: 'acknowledgement lost', detail: key }));
}

/** No message is in more places than times it was sent. */
function inTwoPlaces(history: History, files: readonly SurveyedFile[], traits: Traits): Violation[] {
  return [...byId(files)].flatMap(([id, found]) => {
    const copies = traits.renamesByHalves ? new Set(found.map(({ inode }) => inode)).size : found.length;
    return copies <= (history.attempts.get(id) ?? copies)
      ? []
      : { rule: 'in two places', detail: `${id}: ${found.map(({ path }) => path).join(' ')}` };
  });
}

/** Ids of messages whose one file has two names. */
export function twiceNamed(files: readonly SurveyedFile[]): string[] {
  return [...byId(files)].flatMap(([id, found]) =>
    new Set(found.map(({ inode }) => inode)).size < found.length ? id : [],
  );
}

/** Where the producers' messages are. */
function byId(files: readonly SurveyedFile[]): Map<string, SurveyedFile[]> {
  const found = new Map<string, SurveyedFile[]>();
  for (const file of files) {
    if (file.id === null || !isPlanned(file.id) || !places.has(file.state)) continue;
    found.set(file.id, [...(found.get(file.id) ?? []), file]);
  }
  return found;
}

/** What was quarantined is dead, and whoever is dead, and nothing else, has a reason beside it. */
function withoutReason(history: History, files: readonly SurveyedFile[], traits: Traits): Violation[] {
  const dead = files.filter(({ state }) => state === 'dead');
  const paths = new Set(dead.map(({ path }) => path));
  const reasons = new Set(files.filter(({ state }) => state === 'reason').map(({ path }) => path));
  const halfDone = new Set(traits.renamesByHalves ? twiceNamed(files) : []);
  return [
    ...[...history.dead.keys()]
      .filter((entryId) => !paths.has(entryId))
      .map((entryId) => ({ rule: 'dead letter lost', detail: entryId })),
    ...dead
      .filter(
        ({ path, id }) => !reasons.has(path.replace(/\.json$/, '.reason.json')) && !halfDone.has(id ?? ''),
      )
      .map(({ path }) => ({ rule: 'dead without a reason', detail: path })),
  ];
}

function unexpected(history: History, files: readonly SurveyedFile[]): Violation[] {
  return files
    .filter(({ id }) => id !== null && isPlanned(id) && !history.attempts.has(id))
    .map(({ path }) => ({ rule: 'unexpected', detail: path }));
}

/** What a step of an unfinished message came to is still known. */
function forgotten(history: History, files: readonly SurveyedFile[]): Violation[] {
  const steps = new Map(files.flatMap(({ state, id, text }) => (state === 'step' ? [[id, text]] : [])));
  const open = new Set([...keysOf(files, 'ready'), ...keysOf(files, 'leased')]);
  return [...history.remembered]
    .filter(([key, value]) => open.has(key) && steps.get(idOf(key))?.includes(value) !== true)
    .map(([key]) => ({ rule: 'result forgotten', detail: key }));
}

/** The coder's tasks that were finished, or given up, were answered by a message as durable as they are. */
function notAnswered(history: History, files: readonly SurveyedFile[]): Violation[] {
  const outbox = keyOf({ kind: 'outbox', agentId: CODER }, '', 0).replace(/#.*/, '');
  const answered = new Set(
    files.flatMap(({ state, key, text }) =>
      places.has(state) && key?.startsWith(outbox) === true ? causeIn(text) : [],
    ),
  );
  const inbox = keyOf({ kind: 'inbox', agentId: CODER }, '', 0).replace(/#.*/, '');
  return [...history.acked, ...history.givenUp]
    .filter((key) => key.startsWith(inbox) && !answered.has(idOf(key)))
    .map((key) => ({ rule: 'not answered', detail: key }));
}

function keysOf(files: readonly SurveyedFile[], state: SurveyedFile['state']): Set<string> {
  return new Set(files.flatMap((file) => (file.state === state ? (file.key ?? []) : [])));
}

/** Ids of messages that follow from another's are UUIDs of version 8; those of reports, which are new, of version 7. */
function isReport(id: string): boolean {
  return !isPlanned(id) && id[14] === '7';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function causeIn(text: string): string[] {
  if (!/"message_type": ?"task_complete"/.test(text)) return [];
  return /"causation_id": ?"([^"]+)"/.exec(text)?.slice(1) ?? [];
}
