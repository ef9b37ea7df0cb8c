import { join } from 'node:path';
import type { Box, Entry, MessageState } from '../stored-message.ts';
import { entryIdOf, type Disk } from './disk.ts';
import { parseLeased, parseLedger, parseReady, type Name } from './names.ts';
import { decodeSegment, encodeSegment, idInName } from './segment.ts';

/**
 * An entry for a file name in a directory of a box, the one for this state; null when the name is not ours. `place`: the directory
 * below the root, with `/`, found once for all of its names.
 */
export function entryFor(
  disk: Disk,
  state: 'ready' | 'leased' | 'dead',
  box: Box,
  place: string,
  fileName: string,
): Entry | null {
  const entryId = `${place}/${fileName}`;
  if (state === 'leased') {
    const leased = parseLeased(fileName);
    return leased === null ? null : entryOf(disk, state, box, leased.name, entryId, leased.owner);
  }
  const name = parseReady(fileName);
  return name === null ? null : entryOf(disk, state, box, name, entryId, null);
}

/** An entry from a name that is already parsed. */
export function makeEntry(
  disk: Disk,
  state: MessageState,
  box: Box,
  name: Name,
  path: string,
  owner: string | null,
): Entry {
  return entryOf(disk, state, box, name, entryIdOf(disk.layout, path), owner);
}

function entryOf(
  disk: Disk,
  state: MessageState,
  box: Box,
  name: Name,
  entryId: string,
  owner: string | null,
): Entry {
  return {
    state,
    box,
    entryId,
    owner,
    messageId: idInName(name.id),
    messageType: decodeSegment(name.type, 'type') ?? disk.longTypes.get(name.type) ?? name.type,
    createdAt_ms: name.createdAt_ms,
    priority: name.priority,
    readyAt_ms: name.readyAt_ms,
    expiresAt_ms: name.expiresAt_ms,
    deliveries: name.deliveries,
    failures: name.failures,
    releases: name.releases,
    run: name.run,
    processedAt_ms: null,
  };
}

/** Whether the name of an entry's file has this id, whole or shortened. */
export function isFiledUnder({ state, entryId }: Entry, messageId: string): boolean {
  return (
    idSegment(state, entryId.slice(entryId.lastIndexOf('/') + 1)) === encodeSegment(messageId, 'message')
  );
}

function idSegment(state: MessageState, fileName: string): string | undefined {
  if (state === 'processed') return parseLedger(fileName)?.id;
  return (state === 'leased' ? parseLeased(fileName)?.name : parseReady(fileName))?.id;
}

/** Where an entry's file is. */
export function pathOf(disk: Disk, entry: Entry): string {
  return join(disk.layout.root, ...entry.entryId.split('/'));
}
