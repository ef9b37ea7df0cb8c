import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  createExclusive,
  moveFile,
  Mutex,
  openOwnerSession,
  OwnerObserver,
  systemErrorCode,
  type FileSystem,
} from '@tapps-agents/fs-atomic';
import { fileSystemWith, type PlantedFault } from './planted-faults.ts';
import type { Conversation } from './program.ts';

/** What one of several processes does against the others, all in one directory. */
export interface RivalSettings {
  readonly job: 'move' | 'create' | 'mutex' | 'read' | 'churn';
  readonly directory: string;
  readonly name: string;
  readonly count: number;
  readonly fault?: PlantedFault | undefined;
}

type Job = (settings: RivalSettings, conversation: Conversation, fileSystem: FileSystem) => Promise<void>;

const jobs: Readonly<Record<RivalSettings['job'], Job>> = {
  /** Moves the files 0 .. count-1 from `box`; says which it got. */
  async move({ directory, name, count }, { say, command }, fileSystem) {
    say('ready');
    await command();
    const won: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const to = join(directory, 'taken', `${index}~${name}`);
      if (await moveFile(join(directory, 'box', `${index}`), to, { fileSystem })) won.push(index);
    }
    say(won);
  },

  /** Creates the names 0 .. count-1 in `taken`; says which it got. */
  async create({ directory, name, count }, { say, command }, fileSystem) {
    say('ready');
    await command();
    const won: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const options = { fileSystem, durability: 'none' } as const;
      if (await createExclusive(join(directory, 'taken', `${index}`), Buffer.from(name), options))
        won.push(index);
    }
    say(won);
  },

  /** Takes a mutex `count` times, and looks that nobody else is inside; says the generations. */
  async mutex({ directory, count }, { say, command }, fileSystem) {
    const owners = join(directory, 'owners');
    await using session = await openOwnerSession({ directory: owners, fileSystem });
    const mutex = new Mutex({
      directory: join(directory, 'mutex'),
      temporaryDirectory: join(directory, 'tmp'),
      session: () => session,
      observer: new OwnerObserver({
        directory: owners,
        endedDirectory: join(directory, 'ended'),
        fileSystem,
      }),
      fileSystem,
    });
    say('ready');
    await command();
    const generations: number[] = [];
    let alone = true;
    for (let turn = 0; turn < count; turn += 1) {
      await using hold = await mutex.acquire({ timeout_ms: 60_000 });
      const inside = join(directory, 'inside');
      try {
        closeSync(openSync(inside, 'wx'));
      } catch {
        alone = false;
      }
      generations.push(hold.generation);
      await setImmediate();
      rmSync(inside, { force: true });
    }
    say({ generations, alone });
  },

  /** Reads the file `replaced` until it is told to stop; says how often it was torn, and absent, of how many times. */
  async read({ directory, count }, { say, command }, fileSystem) {
    say('ready');
    const stopped = new AbortController();
    void command().then(() => stopped.abort());
    const seen = { reads: 0, torn: 0, absent: 0 };
    for (; !stopped.signal.aborted; seen.reads += 1) {
      const content = await contentOf(join(directory, 'replaced'), fileSystem);
      if (content === null) seen.absent += 1;
      else if (content.length !== count || !content.every((byte) => byte === content[0])) seen.torn += 1;
      await setImmediate();
    }
    say(seen);
  },

  /** Makes, renames and removes names in `box` until it is told to stop; says how many. */
  async churn({ directory, count }, { say, command }) {
    say('ready');
    const stopped = new AbortController();
    void command().then(() => stopped.abort());
    let made = 0;
    for (; !stopped.signal.aborted; made += 1) {
      const path = join(directory, 'box', `churn-${made % count}-${made}`);
      writeFileSync(path, '');
      renameSync(path, `${path}~renamed`);
      const old = made - count;
      if (old >= 0) rmSync(join(directory, 'box', `churn-${old % count}-${old}~renamed`));
      await setImmediate();
    }
    say(made);
  },
};

/** The jobs by name, each with the file system that its settings ask for. */
export const rivalJobs = Object.fromEntries(
  Object.entries(jobs).map(([name, job]) => [
    name,
    (settings: RivalSettings, conversation: Conversation) =>
      job(settings, conversation, fileSystemWith(settings.fault)),
  ]),
) as Readonly<
  Record<RivalSettings['job'], (settings: RivalSettings, conversation: Conversation) => Promise<void>>
>;

async function contentOf(path: string, fileSystem: FileSystem): Promise<Uint8Array | null> {
  try {
    return await fileSystem.read(path, 16_777_216);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
