import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem, systemErrorCode, type StopWatching } from '@tapps-agents/fs-atomic';
import type { Check } from './check.ts';

const fileSystem = nodeFileSystem();

/** What a file system is like. The queue must get along with every answer. */
export const facts: readonly Check[] = [
  {
    name: 'hard links',
    meaning: 'Whether a file can have a second name; the queue makes none.',
    run: async ({ directory }) =>
      attempt(() => {
        writeFileSync(join(directory, 'one'), '');
        linkSync(join(directory, 'one'), join(directory, 'other'));
      }),
  },
  {
    name: 'case',
    meaning: 'Whether `Name` and `name` are two files; the queue writes lower case only.',
    async run({ directory }) {
      writeFileSync(join(directory, 'name'), '');
      return lstatSync(join(directory, 'NAME'), { throwIfNoEntry: false }) === undefined ? 'differs' : 'same';
    },
  },
  {
    name: 'colons',
    meaning: 'Whether a name may hold a colon; the queue writes none.',
    run: async ({ directory }) =>
      attempt(() => {
        writeFileSync(join(directory, 'a:b'), '');
        if (!readdirSync(directory).includes('a:b')) throw new Error('another name');
      }),
  },
  {
    name: 'mode bits',
    meaning: 'Whether 0600 and 0700 keep others out; where not, the mount decides who may read messages.',
    async run({ directory }) {
      mkdirSync(join(directory, 'box'), { mode: 0o700 });
      writeFileSync(join(directory, 'file'), '', { mode: 0o600 });
      const kept = mode(join(directory, 'box')) === 0o700 && mode(join(directory, 'file')) === 0o600;
      return kept ? 'kept' : `not kept (${mode(join(directory, 'file')).toString(8)})`;
    },
  },
  {
    name: 'times',
    meaning: 'How fine a modification time is kept; a heartbeat moves it by as much as is seen.',
    async run({ directory }) {
      const path = join(directory, 'file');
      writeFileSync(path, '');
      const base_ms = 1_700_000_000_000;
      for (const step_ms of [1, 10, 100, 1_000, 2_000]) {
        await fileSystem.touch(path, base_ms);
        const before = lstatSync(path).mtimeMs;
        await fileSystem.touch(path, base_ms + step_ms);
        if (lstatSync(path).mtimeMs !== before) return step_ms === 1 ? '<= 1 ms' : `${step_ms} ms`;
      }
      return 'coarser than 2 s';
    },
  },
  {
    name: 'open file removed',
    meaning:
      'What is listed where a file was removed while somebody has it open; hidden names are no messages.',
    async run({ directory }) {
      const file = await fileSystem.create(join(directory, 'file'), 0o600);
      try {
        unlinkSync(join(directory, 'file'));
        const [left] = readdirSync(directory);
        return left === undefined ? 'nothing' : `${left.slice(0, 12)}…`;
      } finally {
        await file.close();
      }
    },
  },
  {
    name: 'hints',
    meaning:
      'Whether fs.watch tells of a file that is renamed into a directory; polling finds it too, later.',
    async run({ directory }) {
      mkdirSync(join(directory, 'box'));
      writeFileSync(join(directory, 'file'), '');
      let stop: StopWatching | undefined;
      let timer: NodeJS.Timeout | undefined;
      const answer = await new Promise<string>((resolve) => {
        stop = fileSystem.watch(
          join(directory, 'box'),
          () => resolve('yes'),
          () => resolve('no'),
        );
        timer = setTimeout(() => resolve('no'), 5_000);
        renameSync(join(directory, 'file'), join(directory, 'box', 'file'));
      });
      clearTimeout(timer);
      stop?.();
      rmSync(join(directory, 'box'), { recursive: true });
      return answer;
    },
  },
];

function attempt(work: () => void): string {
  try {
    work();
    return 'yes';
  } catch (error) {
    return `no (${systemErrorCode(error) ?? (error instanceof Error ? error.message : '')})`;
  }
}

function mode(path: string): number {
  return lstatSync(path).mode & 0o777;
}
