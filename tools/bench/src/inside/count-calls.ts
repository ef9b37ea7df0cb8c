import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startRole } from '../programs.ts';
import type { ContestantSettings } from '../open-subject.ts';
import { insideOperations, takesOut, type InsideName } from './inside-name.ts';

/** The system calls of one subject, of all threads, for one message. */
export interface CallCounts {
  readonly subject: string;
  readonly calls: Readonly<Record<string, number>>;
}

/** Why system calls cannot be counted; null when they can: strace is there, and may trace. */
export function whyNoStrace(): string | null {
  const { status, error, stderr } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  if (error !== undefined)
    return '--calls needs strace, which is not installed here: apt-get install strace.';
  return status === 0 ? null : `--calls needs strace, which may not trace here: ${stderr.trim()}`;
}

/**
 * Counts the system calls of a subject under strace: what `messages` take more than half as many, so that all that does not come with
 * a message cancels out. As many as that half go before, so that directories are made and names known.
 */
export async function countCalls(
  subject: string,
  name: InsideName,
  directory: string,
  messages: number,
): Promise<CallCounts> {
  const settings: ContestantSettings = { subject, operation: insideOperations[name], directory };
  const scratch = mkdtempSync(join(tmpdir(), 'tapps-bench-'));
  const trace = join(scratch, 'trace');
  // Without the arguments' content but for the first bytes, which is where an answer is told from other writes.
  const child = startRole('contestant', settings, {
    under: ['strace', '-f', '-qq', '-s', '8', '-o', trace],
  });
  const half = Math.ceil(messages / 2);
  const asked: string[] = [];
  const ask = async (verb: string, count: number): Promise<void> => {
    await child.ask(verb, count);
    asked.push(`${verb} ${count}`);
  };
  try {
    for (const count of [half, half, messages]) {
      if (takesOut(name)) await ask('fill', count);
      await ask('run', count);
    }
    await child.finish();
    const answers = await callsByAnswer(trace);
    const runs = asked.flatMap((what, at) => (what.startsWith('run') ? [answers[at] ?? {}] : []));
    const [, fewer = {}, more = {}] = runs;
    return { subject, calls: difference(more, fewer, messages - half) };
  } finally {
    await child.end();
    rmSync(scratch, { recursive: true, force: true });
  }
}

type Counts = Readonly<Record<string, number>>;

/** The system calls before each answer that the child wrote, since the one before. */
async function callsByAnswer(trace: string): Promise<readonly Counts[]> {
  const answers: Counts[] = [];
  let counts: Record<string, number> = {};
  for await (const line of createInterface({ input: createReadStream(trace) })) {
    // A call that another thread interrupts has two lines; the second has no name at this place.
    const call = /^\d+\s+(\w+)\(/.exec(line)?.[1];
    if (call === undefined) continue;
    counts[call] = (counts[call] ?? 0) + 1;
    if (!/^\d+\s+write\(3, "\{/.test(line)) continue;
    answers.push(counts);
    counts = {};
  }
  return answers;
}

function difference(more: Counts, fewer: Counts, messages: number): Counts {
  const names = [...new Set([...Object.keys(more), ...Object.keys(fewer)])];
  const each = names.map((name) => [name, ((more[name] ?? 0) - (fewer[name] ?? 0)) / messages] as const);
  return Object.fromEntries(
    each.filter(([, count]) => count > 0).toSorted(([, one], [, other]) => other - one),
  );
}
