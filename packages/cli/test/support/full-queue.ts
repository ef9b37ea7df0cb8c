import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { dropFile, sendMessages, settleAll, task } from './queue-directory.ts';
import { runCli } from './run-cli.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Stands in whatever people wrote into it. */
export const SECRET = 'the launch code';

/**
 * Makes a queue with something in every state, once for all tests of a file: ready, finished, dead, replayed, paused; bytes that are
 * no text. What is returned gives a test a working directory with a copy of it, which is removed when the test ends.
 */
export function fullQueueForAll(): () => string {
  let made = '';
  beforeAll(async () => {
    made = realpathSync(mkdtempSync(join(tmpdir(), 'tapps-mq-cli-')));
    await fill(made);
  });
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  return () => {
    const cwd = temporaryDirectory();
    cpSync(made, cwd, { recursive: true, preserveTimestamps: true });
    return cwd;
  };
}

async function fill(cwd: string): Promise<void> {
  await runCli(['init'], { cwd });
  await runCli(['agents', 'register', 'coder', 'idle'], { cwd });
  await sendMessages(cwd, task({ message_id: 'done', inputs: { config: { note: SECRET } } }));
  await settleAll(cwd, 'ack');
  await sendMessages(cwd, task({ message_id: 'dead' }), task({ message_id: 'again' }));
  dropFile(cwd, 'coder', 'bytes.json', Uint8Array.from([0xff, 0xfe, 0x00]));
  await settleAll(cwd, 'reject', SECRET);
  await runCli(['replay', '--id', 'again', '--yes'], { cwd });
  await sendMessages(cwd, task({ message_id: 'ready', metadata: { note: SECRET, causation_id: 'c' } }));
  await runCli(['pause', '--agent', 'idle', '--note', SECRET], { cwd });
}

/** What an archive leaves out, or an import makes anew. */
export const NOT_CARRIED = [/^\.gitignore$/, /^layout\.json$/, /^tmp\//, /^locks\//];
