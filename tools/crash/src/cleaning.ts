import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { openQueue } from '@tapps-agents/queue';
import { violate, type Outcome } from './outcome.ts';
import { survey, type SurveyedFile } from './survey.ts';

/** Some days after everything: all that retention ever removes is due. */
const later_ms = 30 * 86_400_000;
/** Retention by itself comes every few minutes; a record that was never finished goes after a few of them. */
const rounds = 8;
const interval_ms = 300_000;

/** When all that may go has gone, what is left? Nothing that the crash left behind. */
export async function cleanUp(outcome: Outcome): Promise<void> {
  const { root } = outcome;
  const tmp = join(root, 'tmp');
  for (const name of readdirSync(tmp)) {
    const old_s = (statSync(join(tmp, name)).mtimeMs - 7_200_000) / 1_000;
    utimesSync(join(tmp, name), old_s, old_s);
  }
  // The clock of the boot, too: what was taken by hand has had its time.
  const clock = Object.assign(new ManualClock({ now_ms: Date.now() + later_ms }), {
    uptime: () => (systemClock.uptime?.() ?? 0) + later_ms,
  });
  const queue = await openQueue({ root, clock, lease: '1h', retention: { interval: '365d' } });
  for (let round = 1; round <= rounds; round += 1) {
    const report = await queue.operations.retain();
    if (report === null) violate(outcome, 'retention is stuck', 'its mutex cannot be had');
    const left = leftOver(root);
    if (left.length === 1 && left[0]?.kind === 'owner') break; // That is this queue's own.
    clock.freeze(interval_ms);
  }
  await queue.close();
  for (const { path } of leftOver(root)) violate(outcome, 'left over', path);
  for (const path of emptyDirectories(root)) violate(outcome, 'left over', `${path}/`);
}

function leftOver(root: string): SurveyedFile[] {
  const files = survey(root);
  const dead = new Set(files.filter(({ kind }) => kind === 'dead').map(({ id }) => id));
  return files.filter((file) => !mayStay(file, dead));
}

/** Dead letters stay until somebody decides, and with them what is remembered of them. */
function mayStay({ kind, path }: SurveyedFile, dead: ReadonlySet<string>): boolean {
  if (kind === 'token') return path.endsWith('~free');
  if (kind === 'kept') return path.startsWith('adopted/');
  if (kind === 'journal') return dead.has(path.split('/')[3] ?? '');
  return ['layout', 'gitignore', 'agent', 'dead', 'reason', 'pause'].includes(kind);
}

/** Of the directories that come and go: those of the ledger's tasks and of journals. */
function emptyDirectories(root: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const below = path.slice(root.length + 1);
    const comesAndGoes = /^(?:processed|journal)\/[^/]+\/[^/]+\/.+/.test(below);
    if (entry.isDirectory() && comesAndGoes && readdirSync(path).length === 0) found.push(below);
  }
  return found;
}
