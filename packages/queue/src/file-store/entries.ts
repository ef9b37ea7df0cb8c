import { join } from 'node:path';
import {
  MAX_DEAD_LETTER_REASON_BYTES,
  MessageError,
  parseDeadLetterReason,
  type DeadLetterReason,
} from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { EntryFilter } from '../store.ts';
import type { Box, BoxKind, Entry } from '../stored-message.ts';
import { agentOf } from './agents.ts';
import { directoryNames, entryIdOf, listDirectory, readIfPresent, statusOf, type Disk } from './disk.ts';
import { entryFor, makeEntry, pathOf } from './entry.ts';
import { formatReason, isForeignMessage, newName, parseLedger, parseReason } from './names.ts';
import { decodeSegment, shortenedBeginsWith } from './segment.ts';

const KINDS: readonly BoxKind[] = ['inbox', 'outbox'];

/** Lists the messages in one state, by names alone, a directory batch at a time. */
export async function* listEntries(disk: Disk, filter: EntryFilter): AsyncGenerator<readonly Entry[]> {
  const onFailure = filter.onFailure ?? rethrow;
  for (const box of filter.box === undefined
    ? await boxesWith(disk, filter.state, onFailure)
    : [filter.box]) {
    try {
      if (filter.state === 'processed') yield* processedEntries(disk, box, filter);
      else yield* boxEntries(disk, filter.state, box, filter.idPrefix);
    } catch (error) {
      onFailure(error, box);
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** Reads a message where it lies; undefined when it has moved on. */
export async function readEntry(disk: Disk, entry: Entry): Promise<Uint8Array | undefined> {
  return (await readIfPresent(disk, pathOf(disk, entry), disk.maxMessageBytes)) ?? undefined;
}

/** The reason beside a dead message. @throws MessageError where what is there is no whole reason */
export async function readReason(disk: Disk, entry: Entry): Promise<DeadLetterReason | undefined> {
  return await readReasonAt(disk, formatReason(pathOf(disk, entry)));
}

/** The reason in a file; undefined where there is none. @throws MessageError where what is there is no whole reason */
export async function readReasonAt(disk: Disk, path: string): Promise<DeadLetterReason | undefined> {
  try {
    const bytes = await readIfPresent(disk, path, MAX_DEAD_LETTER_REASON_BYTES);
    return bytes === null ? undefined : parseDeadLetterReason(bytes);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EFBIG')
      throw new MessageError(
        'ERR_MESSAGE_TOO_LARGE',
        `The file has more than the ${MAX_DEAD_LETTER_REASON_BYTES} bytes that a dead-letter reason may have.`,
        { cause: error },
      );
    if (code === 'EINVAL')
      throw new MessageError('ERR_INVALID_MESSAGE', 'What is there is no plain file.', { cause: error });
    throw error;
  }
}

async function boxesWith(
  disk: Disk,
  state: Entry['state'],
  onFailure: (error: unknown) => void,
): Promise<Box[]> {
  const boxes: Box[] = [];
  for (const kind of KINDS) {
    for (const segment of await directoryNames(disk, parentOf(disk, state, kind))) {
      try {
        const agentId = await agentOf(disk, segment);
        if (agentId !== null) boxes.push({ kind, agentId });
      } catch (error) {
        onFailure(error);
      }
    }
  }
  return boxes;
}

function parentOf(disk: Disk, state: Entry['state'], kind: BoxKind): string {
  switch (state) {
    case 'ready':
      return disk.layout.boxes(kind);
    case 'leased':
      return disk.layout.leaseBoxes(kind);
    case 'dead':
      return disk.layout.deadBoxes(kind);
    case 'processed':
      return disk.layout.processedBoxes(kind);
  }
}

function directoryOf(disk: Disk, state: 'ready' | 'leased' | 'dead', box: Box): string {
  if (state === 'ready') return disk.layout.box(box);
  return state === 'leased' ? disk.layout.leases(box) : disk.layout.dead(box);
}

async function* boxEntries(
  disk: Disk,
  state: 'ready' | 'leased' | 'dead',
  box: Box,
  idPrefix: string | undefined,
): AsyncGenerator<readonly Entry[]> {
  const directory = directoryOf(disk, state, box);
  const place = entryIdOf(disk.layout, directory);
  for await (const batch of listDirectory(disk, directory, 'empty')) {
    const entries: Entry[] = [];
    for (const { name: fileName, kind } of batch) {
      // Half of the names beside dead messages are those of their reasons.
      if (kind !== 'file' || (state === 'dead' && parseReason(fileName) !== null)) continue;
      const entry =
        entryFor(disk, state, box, place, fileName) ?? foreignEntry(disk, state, box, directory, fileName);
      if (entry === null) continue;
      if (idPrefix === undefined || hasPrefix(entry.messageId, fileName.slice(21), idPrefix))
        entries.push(entry);
    }
    yield entries;
  }
}

/** An outside writer's file that no consumer has come across yet: all that is known of it is where it is. */
function foreignEntry(
  disk: Disk,
  state: string,
  box: Box,
  directory: string,
  fileName: string,
): Entry | null {
  if (state !== 'ready' || !isForeignMessage(fileName)) return null;
  return blankEntry(disk, 'ready', box, join(directory, fileName), null);
}

async function* processedEntries(
  disk: Disk,
  box: Box,
  filter: EntryFilter,
): AsyncGenerator<readonly Entry[]> {
  for (const directory of await taskDirectories(disk, box, filter)) {
    for await (const batch of listDirectory(disk, directory, 'empty')) {
      const entries: Entry[] = [];
      for (const { name: fileName, kind } of batch) {
        const ledger = kind === 'file' ? parseLedger(fileName) : null;
        if (ledger === null) continue;
        const messageId = decodeSegment(ledger.id, 'message');
        if (!hasPrefix(messageId, ledger.id, filter.idPrefix)) continue;
        const path = join(directory, fileName);
        const processedAt_ms = (await statusOf(disk, path))?.modified_ms ?? null;
        if (processedAt_ms === null) continue;
        entries.push({
          ...blankEntry(disk, 'processed', box, path, messageId),
          run: ledger.run,
          processedAt_ms,
        });
      }
      yield entries;
    }
  }
}

async function taskDirectories(disk: Disk, box: Box, filter: EntryFilter): Promise<string[]> {
  if (filter.task !== undefined)
    return [disk.layout.processedTask(box, filter.task.workflowId, filter.task.taskId)];
  const directories: string[] = [];
  const root = disk.layout.processed(box);
  for (const workflow of await directoryNames(disk, root)) {
    for (const task of await directoryNames(disk, join(root, workflow)))
      directories.push(join(root, workflow, task));
  }
  return directories;
}

function blankEntry(
  disk: Disk,
  state: 'ready' | 'processed',
  box: Box,
  path: string,
  messageId: string | null,
): Entry {
  const name = newName({ id: '', type: '', createdAt_ms: 0, priority: 'medium' });
  return { ...makeEntry(disk, state, box, name, path, null), messageId, messageType: '' };
}

/** By the id where it is known, else by its encoded form, of which a long id has only the beginning and a hash. */
function hasPrefix(messageId: string | null, segment: string, prefix: string | undefined): boolean {
  if (prefix === undefined || prefix === '') return true;
  return messageId === null ? shortenedBeginsWith(segment, prefix, 'message') : messageId.startsWith(prefix);
}
