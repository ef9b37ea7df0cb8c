import { basename, join } from 'node:path';
import {
  clipDeadLetterReason,
  MAX_REASON_CHARACTERS,
  peekEnvelope,
  serializeDeadLetterReason,
  tryParseMessage,
  type Fault,
  type PeekedEnvelope,
  type ReasonCode,
} from '@tapps-agents/contracts';
import { moveFile, publishFile } from '@tapps-agents/fs-atomic';
import { isAgentId } from '../../../agent-id.ts';
import type { Finding } from '../../../diagnosis.ts';
import type { Box } from '../../../stored-message.ts';
import { nameFor } from '../../adopt.ts';
import { ensureBox } from '../../agents.ts';
import { readContent } from '../../content.ts';
import { exists, removeIfPresent, writing } from '../../disk.ts';
import { formatReady, formatReason, isForeignMessage, parseEarlier } from '../../names.ts';
import { encodeSegment, isShortened } from '../../segment.ts';
import type { Round } from '../round.ts';
import { counted, Tally } from '../tally.ts';
import { KeptFiles } from './kept-files.ts';
import { recipientOf } from './recipient.ts';

/** Whose dead letters those are that do not tell whose they are. */
const NOBODY: Box = { kind: 'inbox', agentId: 'unknown' };
const REASON_ENDING = '.reason.txt';
const MAX_REASON_BYTES = 4 * MAX_REASON_CHARACTERS;

/**
 * The Python writer's dead letters, `dlq/*.json`, and beside each why, in words: `*.reason.txt`. Each becomes a dead letter of
 * the agent that it was for, its bytes untouched; the words become the sentence of its reason, and their file is kept in `adopted/`.
 *
 * As in every quarantine the reason is written first, then one rename moves the message: who dies in between leaves a reason
 * without a message, which retention removes, and the message where it was. Of two at a time one wins each rename.
 */
export async function adoptDeadLetters(round: Round): Promise<Finding[]> {
  const directory = join(round.disk.layout.root, 'dlq');
  const found = new Tally();
  const kept = new KeptFiles(round);
  const words: string[] = [];
  for await (const { name, kind } of round.list(directory)) {
    if (kind !== 'file') continue;
    if (isReasonText(name)) words.push(name);
    else if (isForeignMessage(name)) await adoptDeadLetter(round, directory, name, found, kept);
  }
  for (const name of words) await keepWords(round, join(directory, name), found, kept);
  return found.found({
    code: 'unadopted_dead_letters',
    severity: 'warning',
    text: `${counted(found.count, 'dead letter')} of the Python writer, or words about one, which nobody sees here. Adopted, they can be looked at and replayed like any other. Stop that writer first.`,
    mendable: true,
  });
}

/** Whether a name in `dlq/` is that of such words. */
export function isReasonText(name: string): boolean {
  return name.endsWith(REASON_ENDING) && !name.startsWith('.');
}

async function adoptDeadLetter(
  round: Round,
  directory: string,
  fileName: string,
  found: Tally,
  kept: KeptFiles,
): Promise<void> {
  const { disk } = round;
  const path = join(directory, fileName);
  const content = await round.attempt(path, async () => await readContent(disk, path));
  if (content === null || content === undefined) return;
  const bytes = 'bytes' in content ? content.bytes : null;
  const box = (bytes === null ? null : recipientOf(bytes)) ?? NOBODY;
  const wordsPath = await wordsBeside(round, directory, fileName);
  const isUnreadable = 'fault' in content && content.fault.code === 'unreadable';
  const detail = isUnreadable
    ? `cannot be read: ${content.fault.detail}`
    : `for ${box.kind === 'inbox' ? '' : 'whoever collects from '}${box.agentId}${wordsPath === null ? ', without a reason' : ''}`;
  found.add(round.placeOf(path), detail, box === NOBODY ? null : box.agentId);
  if (!round.mend || isUnreadable) return; // Whoever makes it readable can then have it adopted for whom it is.
  const reason = await reasonFor(round, { path, bytes, box, wordsPath });
  const moved = await round.attempt(path, () => moveToDeadLetters(round, path, bytes, box, reason));
  if (moved !== true) return;
  found.mended();
  if (wordsPath !== null) await kept.keep(wordsPath);
}

/** What is left of words: those of a message that was replayed or removed. Those of one that is still there stay beside it. */
async function keepWords(round: Round, path: string, found: Tally, kept: KeptFiles): Promise<void> {
  if ((await round.status(path)) === null) return;
  const stem = path.slice(0, -REASON_ENDING.length);
  for (const beside of [`${stem}.json`, stem]) if ((await round.status(beside)) !== null) return;
  found.add(round.placeOf(path), 'words about a message that is no longer there');
  if (round.mend && (await kept.keep(path))) found.mended();
}

/** `X.json` has its words in `X.reason.txt` or `X.json.reason.txt`. */
async function wordsBeside(round: Round, directory: string, fileName: string): Promise<string | null> {
  for (const stem of [fileName.slice(0, -'.json'.length), fileName]) {
    const path = join(directory, stem + REASON_ENDING);
    if ((await round.status(path))?.kind === 'file') return path;
  }
  return null;
}

interface Given {
  readonly path: string;
  readonly bytes: Uint8Array | null;
  readonly box: Box;
  readonly wordsPath: string | null;
}

async function reasonFor(round: Round, { path, bytes, box, wordsPath }: Given): Promise<string> {
  const envelope = peekEnvelope(bytes ?? new Uint8Array());
  const { message_id, message_type, workflow_id, task_id } = { ...envelope, ...namedIn(path, envelope) };
  const { code, details } = faultsOf(bytes);
  return serializeDeadLetterReason(
    clipDeadLetterReason({
      code,
      reason: await sentenceIn(round, wordsPath),
      details: [...details],
      message: { message_id, message_type, workflow_id, task_id },
      origin: { box: box.kind, agent_id: box.agentId, file: round.placeOf(path) },
      quarantined_at: await timeOf(round, wordsPath ?? path),
      quarantined_by: { agent_id: null, owner: null, pid: null, host: null },
      deliveries: 0,
      failures: 0,
      replays: 0,
      expires_at: null,
      history: [],
    }),
  );
}

/** Of a message whose content does not tell which it is, what its file's name does. */
function namedIn(path: string, { message_id, message_type }: PeekedEnvelope): Partial<PeekedEnvelope> {
  const named = parseEarlier(basename(path));
  if (named === null || !isAgentId(named.messageId)) return {};
  return {
    message_id: message_id ?? named.messageId,
    message_type: message_type ?? named.messageType,
  };
}

/** What is wrong with it by the contract; `rejected` where it is valid, or of a type that others may know. */
function faultsOf(bytes: Uint8Array | null): { code: ReasonCode; details: readonly Fault[] } {
  if (bytes === null) return { code: 'too_large', details: [] };
  const read = tryParseMessage(bytes);
  if (read.ok || read.error.reason === 'unknown_type') return { code: 'rejected', details: [] };
  return { code: read.error.reason, details: read.error.faults };
}

async function sentenceIn(round: Round, wordsPath: string | null): Promise<string> {
  if (wordsPath === null) return 'The Python writer gave it up, and left no reason beside it.';
  const status = await round.status(wordsPath);
  if (status !== null && status.size > MAX_REASON_BYTES)
    return `The Python writer gave it up; its reason is too long to stand here, and kept in adopted/ as ${round.placeOf(wordsPath)}.`;
  const bytes = await round.attempt(
    wordsPath,
    async () => await round.disk.fileSystem.read(wordsPath, MAX_REASON_BYTES),
  );
  const text = new TextDecoder().decode(bytes ?? undefined).trim();
  return text === '' ? 'The Python writer gave it up; its reason is empty or cannot be read.' : text;
}

/** When it was given up: the words were written then, and a message without words was at least written before. */
async function timeOf(round: Round, path: string): Promise<string> {
  const modified = new Date((await round.status(path))?.modified_ms ?? Number.NaN);
  const isTime = modified.getUTCFullYear() >= 0 && modified.getUTCFullYear() <= 9999;
  return (isTime ? modified : new Date(round.disk.clock.now())).toISOString();
}

async function moveToDeadLetters(
  round: Round,
  path: string,
  bytes: Uint8Array | null,
  box: Box,
  reason: string,
): Promise<boolean> {
  const { disk } = round;
  // A shortened name tells whose it is only with a record of the whole one.
  if (isShortened(encodeSegment(box.agentId, 'agent'))) await ensureBox(disk, box);
  const to = join(disk.layout.dead(box), formatReady(nameFor(disk, basename(path), bytes)));
  const text = new TextEncoder().encode(reason);
  await publishFile(formatReason(to), text, writing(disk, 'full'));
  if (await moveFile(path, to, writing(disk, 'full'))) {
    // As in a quarantine: retention may have taken it for one that was left over.
    if (!(await exists(disk, formatReason(to))))
      await publishFile(formatReason(to), text, writing(disk, 'full'));
    return true;
  }
  await removeIfPresent(disk, formatReason(to)); // Somebody else was first.
  return false;
}
