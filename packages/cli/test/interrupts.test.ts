import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from './support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, settleAll, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';
import type { Result } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { tree } from './support/tree.ts';

/*
 * Ctrl-C at several moments of every command that takes long, each in a process of its own: it ends with 130, what it left is
 * consistent, and the same again comes to the end that it would have had. The moments are calls to the file system, chosen by seed.
 */

const HOOK = fileURLToPath(new URL('support/interrupt-hook.mjs', import.meta.url));
const SEED = Number(process.env['TAPPS_MQ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const MOMENTS = 4;
const COUNT = 40;
const IDS = Array.from({ length: COUNT }, (_, index) => `m-${index}`);

const cli = bundledForAll();

/** A command, what it works on, and what must hold of it. */
interface Subject {
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Makes a working directory for it, once; each run has a copy. */
  readonly prepare: () => Promise<string>;
  /** What must hold when it was interrupted. */
  readonly interrupted?: (cwd: string, ended: Ended, before: readonly string[]) => void | Promise<void>;
  /** How it is run again; the same, where this is left out. */
  again?: readonly string[];
  /** What must hold at the end, however often it was interrupted. */
  readonly finished: (cwd: string) => void | Promise<void>;
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MESSAGES = '.tapps-agents/messages';

const SUBJECTS: Readonly<Record<string, Subject>> = {
  gc: {
    argv: ['gc', '--processed-max-count', '0', '--yes'],
    prepare: withFinished,
    finished: (cwd) => expect(idsIn(cwd, 'processed')).toEqual([]),
  },
  purge: {
    argv: ['purge', 'coder', '--confirm', 'coder'],
    prepare: withReady,
    interrupted: (cwd, { stderr }) => {
      const removed = Number(/(\d+) messages? (?:was|were) removed/.exec(stderr)?.[1] ?? 0);
      expect(idsIn(cwd, 'inbox')).toHaveLength(COUNT - removed);
    },
    finished: (cwd) => expect(idsIn(cwd, 'inbox')).toEqual([]),
  },
  export: {
    argv: ['export', 'queue.tar.gz'],
    prepare: withReady,
    interrupted: (cwd, _ended, before) => {
      expect(tree(cwd)).toEqual(before); // No archive, no part of one, and nothing else changed.
    },
    finished: async (cwd) => {
      expect((await runCli(['import', 'queue.tar.gz', '--root', 'elsewhere'], { cwd })).exitCode).toBe(0);
      expect(readdirSync(join(cwd, 'elsewhere/inbox/coder')).filter(isMessage)).toHaveLength(COUNT);
    },
  },
  import: {
    argv: ['import', '../queue.ndjson'],
    prepare: withArchive,
    finished: (cwd) => expect(idsIn(cwd, 'inbox')).toEqual(IDS.toSorted()),
  },
  replay: {
    argv: ['replay', '--yes', '--rate', '200/s'], // One by one: a hundred would go at once.
    prepare: withDead,
    interrupted: (cwd) => {
      expect([...idsIn(cwd, 'inbox'), ...idsIn(cwd, 'dlq')].toSorted()).toEqual(IDS.toSorted());
    },
    finished: (cwd) => {
      expect(idsIn(cwd, 'inbox')).toEqual(IDS.toSorted());
      expect(idsIn(cwd, 'dlq')).toEqual([]);
    },
  },
  'send of many': {
    argv: ['send', '-'],
    stdin: IDS.map((id) => JSON.stringify(task({ message_id: id, task_id: id }))).join('\n'),
    prepare: () => queueDirectory('coder'),
    interrupted: (cwd, { stdout }) => {
      const told = [...stdout.matchAll(/^queued (\S+) in the inbox of coder$/gm)].map(([, id]) => id);
      for (const id of told) expect(idsIn(cwd, 'inbox')).toContain(id);
    },
    finished: (cwd) => expect([...new Set(idsIn(cwd, 'inbox'))]).toEqual(IDS.toSorted()),
  },
  work: {
    argv: ['work', '--agent', 'coder', '--until-empty', '--concurrency', '4', '--exec', 'true'],
    prepare: () => withReady(8),
    interrupted: async (cwd) => {
      expect(readdirSync(join(cwd, MESSAGES, 'locks/owners'))).toEqual([]);
      const { stdout } = await runCli(['inspect', '--json'], { cwd });
      const { boxes } = JSON.parse(stdout) as { boxes: Record<string, unknown>[] };
      expect(boxes.find(({ kind }) => kind === 'inbox')).toMatchObject({ leased: 0, dead: 0, delayed: 0 });
    },
    finished: (cwd) => expect(idsIn(cwd, 'processed')).toEqual(IDS.slice(0, 8).toSorted()),
  },
};

describe.skipIf(process.platform === 'win32')('Ctrl-C [Windows has no signals]', () => {
  it.each(Object.entries(SUBJECTS))(
    `at any moment of %s (seed ${SEED})`,
    async (_name, { argv, stdin = '', prepare, interrupted, again = argv, finished }) => {
      const prepared = await prepare();
      const whole = copyOf(prepared);
      const { exitCode, calls } = await run(whole, argv, stdin);
      expect(exitCode).toBe(0);
      await finished(whole);

      const random = randomOf(SEED);
      const moments = Array.from(
        { length: MOMENTS },
        (_, moment) => 1 + Math.floor(((moment + random()) / MOMENTS) * calls),
      );
      let interrupts = 0;
      const interruptedAt = async (at: number): Promise<void> => {
        const cwd = copyOf(prepared);
        const before = tree(cwd);
        const ended = await run(cwd, argv, stdin, at);
        const context = `interrupted at call ${at} of ${calls}: ${ended.stderr}`;
        expect([0, 130], context).toContain(ended.exitCode);
        if (ended.exitCode === 130) {
          interrupts += 1;
          expect(ended.stderr, context).toMatch(/Interrupted|Stopping|Stopped/);
          await interrupted?.(cwd, ended, before);
          expect((await findings(cwd)).stdout, context).not.toMatch(/"severity":"error"/);
          const next = await runCli(again, { cwd, stdin });
          expect([0, 3], `${context}\n${next.stderr}`).toContain(next.exitCode); // 3: it was at its end.
        }
        await finished(cwd);
      };
      await Promise.all(moments.map(interruptedAt));
      expect(interrupts).toBeGreaterThan(0);
    },
    240_000,
  );

  it('while drain waits leaves everything as it is', async () => {
    const cwd = await withReady(3);
    const before = tree(cwd);
    const random = randomOf(SEED);
    const moments = Array.from({ length: MOMENTS }, () => 1 + Math.floor(random() * 30));
    const all = await Promise.all(moments.map((at) => run(cwd, ['drain', 'coder'], '', at)));
    for (const { exitCode, stdout, stderr } of all) expect([exitCode, stdout], stderr).toEqual([130, '']);
    expect(tree(cwd)).toEqual(before);
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    expect((await runCli(['drain', 'coder'], { cwd })).exitCode).toBe(0);
  });
});

/** Runs it, with an interrupt at a call or without; says how many calls there were. */
async function run(
  cwd: string,
  argv: readonly string[],
  stdin: string,
  at = 0,
): Promise<Ended & { readonly calls: number }> {
  const count = join(temporaryDirectory(), 'calls');
  const env = { INTERRUPT_AT: String(at), INTERRUPT_COUNT: count };
  const ended = await start(cli, argv, { cwd, stdin, env, nodeOptions: ['--import', HOOK] }).ended;
  return { ...ended, calls: existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0 };
}

async function findings(cwd: string): Promise<Result> {
  return await runCli(['doctor', '--json'], { cwd });
}

function copyOf(prepared: string): string {
  const cwd = join(temporaryDirectory(), 'copy');
  cpSync(prepared, cwd, { recursive: true, preserveTimestamps: true });
  const archive = join(prepared, '../queue.ndjson');
  if (existsSync(archive)) cpSync(archive, join(cwd, '../queue.ndjson'));
  return cwd;
}

async function withReady(count = COUNT): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, ...IDS.slice(0, count).map((id) => task({ message_id: id, task_id: id })));
  return cwd;
}

async function withFinished(): Promise<string> {
  const cwd = await withReady();
  await settleAll(cwd, 'ack');
  return cwd;
}

async function withDead(): Promise<string> {
  const cwd = await withReady();
  await settleAll(cwd, 'reject');
  return cwd;
}

/** An empty directory below one with an archive. */
async function withArchive(): Promise<string> {
  const from = await withReady();
  const above = temporaryDirectory();
  await runCli(['export', join(above, 'queue.ndjson')], { cwd: from });
  const cwd = join(above, 'empty');
  mkdirSync(join(cwd, '.tapps-agents'), { recursive: true });
  return cwd;
}

/** The ids of coder's tasks below a directory, one for each file, in order. */
function idsIn(cwd: string, directory: string): readonly string[] {
  const below = join(cwd, MESSAGES, directory);
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isMessage(entry.name))
    .map(({ parentPath, name }) => JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as object)
    .filter((message) => 'message_type' in message && message.message_type === 'task_assignment')
    .map((message) => ('message_id' in message ? String(message.message_id) : ''))
    .toSorted();
}

function isMessage(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.') && !name.endsWith('.reason.json');
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
