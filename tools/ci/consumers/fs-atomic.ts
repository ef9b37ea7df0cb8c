// A user of fs-atomic alone: publishes a file durably, then moves it, which works once.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveFile, publishFile } from '@tapps-agents/fs-atomic';

const folder = await mkdtemp(join(tmpdir(), 'tapps-consumer-'));
try {
  const path = join(folder, 'box', 'hello.txt');
  const bytes = new TextEncoder().encode('hello');
  const published = await publishFile(path, bytes, {
    temporaryDirectory: join(folder, 'tmp'),
    durability: 'full',
  });
  if (process.platform === 'linux' && published.durability !== 'full') throw new Error(published.durability);
  if ((await readFile(path, 'utf8')) !== 'hello') throw new Error('the content differs');
  const destination = join(folder, 'taken.txt');
  if (!(await moveFile(path, destination))) throw new Error('the first move lost');
  if (await moveFile(path, join(folder, 'again.txt'))) throw new Error('the second move won');
} finally {
  await rm(folder, { recursive: true });
}
