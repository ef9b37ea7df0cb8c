import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, reject } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { bundledForAll } from './support/bundled-cli.ts';
import { queueDirectory, sendMessages, task } from './support/queue-directory.ts';

const cli = bundledForAll();

/** Few, as each look at a directory takes its time on some systems; together they still are twice the heap. */
const LETTERS = 600;
/** Of each message, and of each reason as much again. */
const CONTENT_CHARACTERS = 64_000;
/** What node and the program need by themselves is half of it. */
const HEAP_MIB = 40;

/** Dead letters that were never one message: copies of the first, each under its own name and id. */
async function manyDeadLetters(): Promise<string> {
  const cwd = await queueDirectory('coder');
  const root = join(cwd, '.tapps-agents/messages');
  await sendMessages(cwd, task({ message_id: 'm-00000', inputs: { config: { long: LONG } } }));
  await using queue = await openQueue({ root, agent: 'coder', retention: false });
  await queue.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  const box = join(root, 'dlq/inbox/coder');
  const files = readdirSync(box).map((name) => {
    const document = JSON.parse(readFileSync(join(box, name), 'utf8')) as Record<string, unknown>;
    const isReason = name.endsWith('.reason.json');
    return { name, text: JSON.stringify(isReason ? { ...document, details: FAULTS } : document) };
  });
  for (let index = 1; index < LETTERS; index += 1) {
    const id = `m-${String(index).padStart(5, '0')}`;
    for (const { name, text } of files)
      writeFileSync(join(box, name.replace('m-00000', id)), text.replaceAll('m-00000', id), { mode: 0o600 });
  }
  return cwd;
}

const LONG = 'x'.repeat(CONTENT_CHARACTERS);
const FAULTS = Array.from({ length: 80 }, () => ({
  pointer: '/x',
  expected: 'x'.repeat(CONTENT_CHARACTERS / 160),
  found: 'y'.repeat(CONTENT_CHARACTERS / 160),
}));

/** How a command ended, with a small heap, and how much it printed, which is read and thrown away. */
async function runSmall(
  cwd: string,
  argv: readonly string[],
): Promise<{ exitCode: number | null; characters: number; stderr: string }> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, cli.path, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let characters = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (characters += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, characters, stderr: stderr.slice(-2_000) };
}

describe('memory', () => {
  it('does not grow with what is listed, previewed, exported or replayed', async () => {
    const cwd = await manyDeadLetters();
    const all = LETTERS * CONTENT_CHARACTERS;
    for (const [argv, least] of [
      [['inspect'], 10],
      [['dlq'], 10],
      [['dlq', 'list'], LETTERS],
      [['dlq', 'list', '--json'], all],
      [['replay', '--json'], 100 * LETTERS],
      [['purge', 'coder', '--dlq', '--dry-run'], 10],
      [['export', '-'], 2 * all],
      [['export', 'queue.tar.gz'], 10],
      [['--root', 'elsewhere', 'import', 'queue.tar.gz'], 10],
      [['replay', '--yes', '--json'], 100 * LETTERS],
      [['purge', 'coder', '--confirm', 'coder'], 10],
    ] as const) {
      const { exitCode, characters, stderr } = await runSmall(cwd, argv);
      expect([exitCode, stderr.includes('heap')], `${argv.join(' ')}: ${stderr}`).toEqual([0, false]);
      expect(characters, argv.join(' ')).toBeGreaterThanOrEqual(least);
    }
    expect(readdirSync(join(cwd, '.tapps-agents/messages/inbox/coder'))).toEqual([]);
  }, 600_000);
});
