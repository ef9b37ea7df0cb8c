import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import type { FileSettings } from './file-options.ts';

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Who an owner is, as it stands in `<owner>.json`; what the opener added as details stands beside these fields. For
 * people, and for proofs of death: `started_at` and all other times in it are never compared.
 */
export interface OwnerRecord {
  readonly owner: string;
  /** Null for a detached owner: no process stands behind it. */
  readonly pid: number | null;
  readonly host: string;
  readonly boot_id: string | null;
  readonly pid_namespace: string | null;
  readonly process_started: string | null;
  /** RFC 3339, UTC. */
  readonly started_at: string;
  /** How long others must see the record unchanged before the owner counts as expired. */
  readonly lease_ms: number;
  readonly detached: boolean;
  /** Of a detached owner: when its time is over, by the `uptime` of its boot; null or left out where there is none. */
  readonly deadline_uptime_ms?: number | null;
  readonly [detail: string]: JsonValue | undefined;
}

/** A record larger than this is not one of ours. */
const largestRecord_bytes = 65_536;

const ownerDigits = '0123456789abcdefghijklmnopqrstuv';

/** A random owner id: 8 characters of 0-9a-v, 40 bits, the same on file systems that ignore case. */
export function newOwnerId(): string {
  return Array.from(randomBytes(8), (byte) => ownerDigits[byte & 31]).join('');
}

/** Where an owner's record stands. Throws `ERR_INVALID_ARGUMENT` for an id that could lead elsewhere. */
export function ownerRecordPath(directory: string, owner: string): string {
  if (/^[0-9A-Za-z_-]{1,64}$/.test(owner)) return join(directory, `${owner}.json`);
  throw invalidArgument(`${JSON.stringify(owner)} is not an owner id: 1 to 64 of 0-9, A-Z, a-z, _ and -.`);
}

/** The file that a living owner holds open on Windows. */
export function ownerAlivePath(directory: string, owner: string): string {
  return join(directory, `${owner}.alive`);
}

/** The bytes of a record: JSON that people can read. Throws `ERR_INVALID_ARGUMENT` where nobody would read that much. */
export function serializeOwnerRecord(record: OwnerRecord): Uint8Array {
  const bytes = new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`);
  if (bytes.length <= largestRecord_bytes) return bytes;
  const message = `The record of an owner would have ${bytes.length} bytes; with its details it may have ${largestRecord_bytes}. Leave some of the details out.`;
  throw invalidArgument(message);
}

/** Reads a record; null if there is none, or nothing readable. */
export async function readOwnerRecord(
  path: string,
  owner: string,
  { fileSystem }: Pick<FileSettings, 'fileSystem'>,
): Promise<OwnerRecord | null> {
  try {
    return parseOwnerRecord(await fileSystem.read(path, largestRecord_bytes), owner);
  } catch (error) {
    if (['ENOENT', 'EFBIG', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return null;
    throw systemFailure(error, { attempted: 'read the owner record', path });
  }
}

/** The record in these bytes; null if they are not a record of that owner, or only a part of it. */
export function parseOwnerRecord(bytes: Uint8Array, owner: string): OwnerRecord | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isOwnerRecord(value) && value.owner === owner ? value : null;
  } catch {
    return null;
  }
}

function isOwnerRecord(value: unknown): value is OwnerRecord {
  return (
    isObject(value) &&
    typeof value['owner'] === 'string' &&
    (value['pid'] === null || Number.isSafeInteger(value['pid'])) &&
    typeof value['host'] === 'string' &&
    isTextOrNull(value['boot_id']) &&
    isTextOrNull(value['pid_namespace']) &&
    isTextOrNull(value['process_started']) &&
    typeof value['started_at'] === 'string' &&
    typeof value['lease_ms'] === 'number' &&
    value['lease_ms'] > 0 &&
    Number.isFinite(value['lease_ms']) &&
    typeof value['detached'] === 'boolean' &&
    isTimeOrNone(value['deadline_uptime_ms'])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTimeOrNone(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && Number.isFinite(value));
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
