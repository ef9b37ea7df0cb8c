import type { Counters, Priority } from '../stored-message.ts';
import { newNonce } from './nonce.ts';
import { RESERVED_DEVICE_NAME } from './segment.ts';
import { formatStamp, momentIn, STAMP, STAMP_CHARACTERS } from './stamp.ts';

/**
 * Every file-name form of the layout. What the queue must know of a message without reading it is in its name.
 *
 *     ready   <stamp>_<id>_<type>~<fields>~<nonce>.json
 *     leased  <stamp>_<id>_<type>~<fields>~<nonce>~<owner>.json
 *     dead    <stamp>_<id>_<type>~<fields>~<nonce>.json   beside   ... ~<nonce>.reason.json
 *     ledger  <id>.json, <id>~x<run>.json (a forced run), <id>~dup~<nonce>.json (a further copy)
 *
 *     stamp   20251214T103500_123Z, the message's created_at: a directory listing is the queue, oldest first
 *     fields  p<0 high|1 medium|2 low>[.d<deliveries>][.f<failures>][.r<releases>][.x<run>][.a<ready at>][.e<expires at>]
 *             times in milliseconds since 1970, at most 13 digits (the year 2286); what is zero or absent is left out
 *     nonce   6 random characters, new with every name, so that no name is ever used twice
 *     owner   8 characters, the session that holds the lease
 */
export interface Name extends Counters {
  readonly createdAt_ms: number;
  /** The encoded message id. */
  readonly id: string;
  /** The encoded message type. */
  readonly type: string;
  readonly priority: Priority;
  readonly readyAt_ms: number | null;
  readonly expiresAt_ms: number | null;
  readonly nonce: string;
}

/** Counters in names stop here; a message that reaches it is quarantined as exhausted. */
export const MAX_COUNTER = 999;
/** Forced runs of one message stop here. */
export const MAX_RUN = 99;

const PRIORITIES: readonly Priority[] = ['high', 'medium', 'low'];
/** Of most names all of it is missing; only then is it taken apart. */
const COUNTERS = String.raw`(?:\.d[1-9]\d{0,2})?(?:\.f[1-9]\d{0,2})?(?:\.r[1-9]\d{0,2})?(?:\.x[1-9]\d?)?(?:\.a\d{1,13})?(?:\.e\d{1,13})?`;
/** What can be the name of a file by itself, as an id's segment is that of its journal: neither hidden, `..`, nor a device. */
const SEGMENT = String.raw`(?![.-]|${RESERVED_DEVICE_NAME}(?:[.%_~]|$))[a-z0-9.%-]{1,36}(?<!\.)`;
const TYPE = String.raw`[a-z0-9._%-]{1,22}`;
const BEGINNING = `^${STAMP}_${SEGMENT}_${TYPE}~p[012]${COUNTERS}~[0-9a-v]{6}`;
const READY = new RegExp(String.raw`${BEGINNING}\.json$`);
const LEASED = new RegExp(String.raw`${BEGINNING}~[0-9a-v]{8}\.json$`);
/** How long a nonce, and an owner, is. */
const NONCE_CHARACTERS = 6;
const OWNER_CHARACTERS = 8;
const LEDGER = new RegExp(`^(${SEGMENT})(?:~x([1-9]\\d?)|~(dup)~[0-9a-v]{6})?\\.json$`);
const EARLIER = new RegExp(
  `^${STAMP}_(.+)_(task_assignment|status_update|task_complete)(?:\\.[0-9a-f]{32})?\\.json$`,
);
/** Of the mark before a ready name's nonce; a leased name has its owner there. */
const NONCE_MARK_AT = -'~nonce0.json'.length;
const OWNER_FILE = /^([0-9a-v]{8})\.json$/;
const TEMPORARY = /^[.~]|\.tmp\.json$/;

/** Whether this is the name of a file in a message's journal. */
export function isJournalFile(name: string): boolean {
  return /^(?:failure|released|once|replayed|superseded)~.+\.json$/.test(name);
}

/** What the name of a message that was never delivered, delayed or replayed leaves open. */
export function newName(
  known: Pick<Name, 'id' | 'type' | 'createdAt_ms' | 'priority'> & Partial<Name>,
): Name {
  return {
    deliveries: 0,
    failures: 0,
    releases: 0,
    run: 0,
    readyAt_ms: null,
    expiresAt_ms: null,
    nonce: newNonce(),
    ...known,
  };
}

export function formatReady(name: Name): string {
  return `${stem(name)}.json`;
}

export function formatLeased(name: Name, owner: string): string {
  return `${stem(name)}~${owner}.json`;
}

/** The reason's name beside a dead message's. */
export function formatReason(deadName: string): string {
  return `${deadName.slice(0, -'.json'.length)}.reason.json`;
}

/** The dead message's name beside a reason's; null for other names. */
export function parseReason(fileName: string): string | null {
  return fileName.endsWith('.reason.json') ? `${fileName.slice(0, -'.reason.json'.length)}.json` : null;
}

export function formatLedger(id: string, run: number): string {
  return run === 0 ? `${id}.json` : `${id}~x${run}.json`;
}

export function formatDuplicate(id: string): string {
  return `${id}~dup~${newNonce()}.json`;
}

/** What a ledger entry's name says; null for other names. */
export function parseLedger(fileName: string): { id: string; run: number; duplicate: boolean } | null {
  const match = LEDGER.exec(fileName);
  return match === null
    ? null
    : { id: match[1] ?? '', run: Number(match[2] ?? 0), duplicate: match[3] === 'dup' };
}

/** A ready (or dead) message's name; null when it is not of that form. */
export function parseReady(fileName: string): Name | null {
  return READY.test(fileName) ? nameIn(fileName) : null;
}

/**
 * Whether it looks like a name that {@link parseReady} takes apart, by the characters where ours have digits and marks. What is none
 * of ours although it looks so is an outside writer's message.
 */
export function looksReady(fileName: string): boolean {
  const first = fileName.charAt(0);
  return (
    first >= '0' &&
    first <= '9' &&
    fileName.charAt(STAMP_CHARACTERS - 1) === 'Z' &&
    fileName.at(NONCE_MARK_AT) === '~' &&
    fileName.endsWith('.json') &&
    !fileName.endsWith('.tmp.json')
  );
}

/** A leased message's name and owner; null when it is not of that form. */
export function parseLeased(fileName: string): { name: Name; owner: string } | null {
  const name = LEASED.test(fileName) ? nameIn(fileName) : null;
  const ownerAt = -OWNER_CHARACTERS - '.json'.length;
  return name === null ? null : { name, owner: fileName.slice(ownerAt, -'.json'.length) };
}

/** Whose owner record a file of this name is; null for any other. */
export function parseOwnerFile(fileName: string): string | null {
  return OWNER_FILE.exec(fileName)?.[1] ?? null;
}

/**
 * Whether an outside writer's file is a message: it ends in `.json`. Hidden and temporary names are left alone.
 */
export function isForeignMessage(fileName: string): boolean {
  return fileName.endsWith('.json') && !TEMPORARY.test(fileName);
}

/**
 * What the Python writer says of a message in the name of its file, `<stamp>_<id>_<type>.json` (among its dead letters with 32
 * hexadecimal digits more), its id as it is; null for other names. Of a message whose content is broken it tells which it was.
 */
export function parseEarlier(
  fileName: string,
): { readonly createdAt_ms: number; readonly messageId: string; readonly messageType: string } | null {
  const match = EARLIER.exec(fileName);
  const createdAt_ms = match === null ? null : momentIn(fileName);
  if (match === null || createdAt_ms === null) return null;
  return { createdAt_ms, messageId: match[1] ?? '', messageType: match[2] ?? '' };
}

/** 0 for high, 1 for medium, 2 for low. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/**
 * The rank of the priority of a ready message that is not delayed, by a look at its name alone; null where only the whole name can
 * tell. Of names that are none of ours it may say anything.
 */
export function rankIn(fileName: string): number | null {
  const fields = fileName.indexOf('~p');
  const rank = fileName.charCodeAt(fields + 2) - 48;
  if (fields < 0 || rank > 2 || rank < 0) return null;
  return fileName.includes('.a', fields) ? null : rank;
}

function stem(name: Name): string {
  return `${formatStamp(name.createdAt_ms)}_${name.id}_${name.type}~${formatFields(name)}~${name.nonce}`;
}

function formatFields(name: Name): string {
  let text = `p${priorityRank(name.priority)}`;
  if (name.deliveries > 0) text += `.d${name.deliveries}`;
  if (name.failures > 0) text += `.f${name.failures}`;
  if (name.releases > 0) text += `.r${name.releases}`;
  if (name.run > 0) text += `.x${name.run}`;
  if (name.readyAt_ms !== null) text += `.a${name.readyAt_ms}`;
  if (name.expiresAt_ms !== null) text += `.e${name.expiresAt_ms}`;
  return text;
}

/** What a name of the form says, told by its marks: to have a regular expression capture the parts would make as much garbage as all else. */
function nameIn(fileName: string): Name | null {
  const createdAt_ms = momentIn(fileName);
  if (createdAt_ms === null) return null;
  const idAt = STAMP_CHARACTERS + 1;
  const typeAt = fileName.indexOf('_', idAt) + 1;
  const fieldsAt = fileName.indexOf('~p', typeAt) + 2;
  const nonceAt = fileName.indexOf('~', fieldsAt) + 1;
  const counters = fileName.slice(fieldsAt + 1, nonceAt - 1);
  return {
    createdAt_ms,
    id: fileName.slice(idAt, typeAt - 1),
    type: fileName.slice(typeAt, fieldsAt - 2),
    priority: PRIORITIES[fileName.charCodeAt(fieldsAt) - 48] ?? 'medium',
    deliveries: fieldIn(counters, '.d') ?? 0,
    failures: fieldIn(counters, '.f') ?? 0,
    releases: fieldIn(counters, '.r') ?? 0,
    run: fieldIn(counters, '.x') ?? 0,
    readyAt_ms: fieldIn(counters, '.a'),
    expiresAt_ms: fieldIn(counters, '.e'),
    nonce: fileName.slice(nonceAt, nonceAt + NONCE_CHARACTERS),
  };
}

/** The number of one field; null where it is left out. */
function fieldIn(counters: string, mark: string): number | null {
  if (counters === '') return null;
  const at = counters.indexOf(mark);
  if (at < 0) return null;
  const end = counters.indexOf('.', at + 1);
  return Number(counters.slice(at + mark.length, end < 0 ? undefined : end));
}
