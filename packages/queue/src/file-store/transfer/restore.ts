import { dirname, join } from 'node:path';
import { ensureDirectory, publishMany } from '@tapps-agents/fs-atomic';
import { QueueError } from '../../errors.ts';
import { MAX_STORED_FILE_BYTES } from '../../stored-file.ts';
import type { RestoreOutcome, StoredFile } from '../../stored-file.ts';
import type { BoxKind } from '../../stored-message.ts';
import { agentOf, ensureBox, registerAgent } from '../agents.ts';
import { exists, readIfPresent, writing, type Disk } from '../disk.ts';
import { LAYOUT_VERSION } from '../layout.ts';
import { parseReason } from '../names.ts';
import { boxInDirectory, knownPath, type KnownPath } from './known-path.ts';

const MAX_AGENT_RECORD_BYTES = 16 * 1024;

/**
 * Puts files of another messages directory into this one, each under its own name, those that were in somebody's hands back
 * into their boxes. Never overwrites: what is there already is left as it is. Sessions and pauses of elsewhere are not taken over.
 *
 * @throws QueueError `ERR_LAYOUT_TOO_NEW`, `ERR_AGENT_NAME_TAKEN`
 */
export async function restore(
  disk: Disk,
  files: readonly StoredFile[],
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<readonly RestoreOutcome[]> {
  const outcomes: RestoreOutcome[] = [];
  const planned = new Map<string, StoredFile>();
  for (const file of files) {
    const known = knownPath(file.name);
    const outcome = await outcomeFor(disk, file, known, { planned, dryRun });
    outcomes.push(outcome);
    if (outcome === 'restored' && known !== null && known.target !== null) planned.set(known.target, file);
  }
  if (dryRun) return outcomes;
  const all = reasonsFirst([...planned]).map(([target, file]) => ({ path: pathOf(disk, target), file }));
  for (const directory of new Set(all.map(({ path }) => dirname(path))))
    await ensureDirectory(directory, writing(disk, 'full'));
  await publishMany(
    all.map(({ path, file }) => ({ path, bytes: file.bytes })),
    writing(disk, 'full'),
  );
  for (const { path, file } of all) await keepTime(disk, path, file.modified_ms);
  return outcomes;
}

/** Files get their names in this order: who is killed in between leaves no dead letter whose reason is missing. */
function reasonsFirst(planned: readonly [string, StoredFile][]): readonly [string, StoredFile][] {
  return [...planned.filter(isReason), ...planned.filter((one) => !isReason(one))];
}

function isReason([target]: readonly [string, StoredFile]): boolean {
  return parseReason(target) !== null;
}

async function outcomeFor(
  disk: Disk,
  file: StoredFile,
  known: KnownPath | null,
  { planned, dryRun }: { readonly planned: ReadonlyMap<string, StoredFile>; readonly dryRun: boolean },
): Promise<RestoreOutcome> {
  const box = boxInDirectory(file.name);
  if (box !== null) return await restoreBox(disk, box, dryRun);
  if (known === null || file.bytes.byteLength > MAX_STORED_FILE_BYTES) return 'foreign';
  if (known.kind === 'layout') {
    checkVersion(file.bytes);
    return 'not_taken_over';
  }
  if (known.target === null) return 'not_taken_over';
  if (known.kind === 'agent') await checkAgent(disk, known.target, file.bytes);
  if (planned.has(known.target) || (await exists(disk, pathOf(disk, known.target)))) return 'present';
  return 'restored';
}

/** An empty inbox is a registered agent, an empty outbox one who wrote. One whose name is shortened is known by the record that comes with it. */
async function restoreBox(
  disk: Disk,
  { kind, agent }: { readonly kind: BoxKind; readonly agent: string },
  dryRun: boolean,
): Promise<RestoreOutcome> {
  const agentId = await agentOf(disk, agent);
  if (agentId === null) return 'not_taken_over';
  const box = { kind, agentId };
  if (await exists(disk, disk.layout.box(box))) return 'present';
  if (!dryRun) await (kind === 'inbox' ? registerAgent(disk, agentId) : ensureBox(disk, box));
  return 'restored';
}

function checkVersion(bytes: Uint8Array): void {
  const found: unknown = jsonIn(bytes)['layout'];
  if (typeof found !== 'number' || found <= LAYOUT_VERSION) return;
  throw new QueueError(
    'ERR_LAYOUT_TOO_NEW',
    `What is to be imported has layout ${found}; this version knows layouts up to ${LAYOUT_VERSION}. Update it first.`,
  );
}

async function checkAgent(disk: Disk, target: string, bytes: Uint8Array): Promise<void> {
  const path = pathOf(disk, target);
  const present = await readIfPresent(disk, path, MAX_AGENT_RECORD_BYTES);
  if (present === null || jsonIn(present)['agent_id'] === jsonIn(bytes)['agent_id']) return;
  throw new QueueError(
    'ERR_AGENT_NAME_TAKEN',
    `${target} names another agent than what is to be imported. Import into another directory.`,
    { path },
  );
}

function jsonIn(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Ages count from it: when a message was finished, say. */
async function keepTime(disk: Disk, path: string, modified_ms: number): Promise<void> {
  try {
    await disk.fileSystem.touch(path, modified_ms);
  } catch {
    // Claimed already, or a file system that keeps no times: it is then as old as its import.
  }
}

function pathOf(disk: Disk, name: string): string {
  return join(disk.layout.root, ...name.split('/'));
}
