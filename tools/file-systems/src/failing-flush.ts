import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { promise } from './check.ts';
import type { FaultCheck } from './fault-check.ts';
import type { PlantedFault } from './planted-faults.ts';
import { startServer } from './server.ts';
import { CommandError, findProgram, runCommand } from './system-command.ts';

const ids = Array.from({ length: 4 }, (_, index) => `id-${index}`);

/** A disk that does not confirm a flush: strace lets one after the other fail, in a real process. */
export const failingFlush: FaultCheck = {
  name: 'a failing flush',
  meaning:
    'A send whose flush fails is refused, no file is flushed again after a failure, a message that was not confirmed is not there unless only its name is in doubt, and the next send works.',
  whyUnavailable: whyNoStrace,
  run: failEachFlush,
};

/** Why processes cannot be traced here; null where they can. */
export function whyNoStrace(): string | null {
  if (findProgram('strace') === null)
    return 'There is no strace; install it (Debian: apt-get install strace).';
  try {
    runCommand('strace', '-qq', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO:when=1', 'true');
    return null;
  } catch (error) {
    return `strace cannot trace here: ${error instanceof CommandError ? error.output.trim() : String(error)}`;
  }
}

async function failEachFlush(fault?: PlantedFault): Promise<string> {
  const failed = { files: 0, directories: 0 };
  for (let nth = 1; ; nth += 1) {
    const flush = await failFlush(nth, fault);
    if (flush === null) {
      // Each message is a file of its own, with a name of its own: fewer flushes than messages were not seen, or not made.
      promise(
        failed.files >= ids.length && failed.directories >= ids.length,
        `Only ${failed.files} flushes of files and ${failed.directories} of directories could fail, with ${ids.length} messages sent.`,
      );
      return `${failed.files} flushes of files and ${failed.directories} of directories failed, one a run`;
    }
    failed[flush] += 1;
  }
}

/** Lets the nth flush of a process that opens a queue and sends fail. Null when it made fewer. */
export async function failFlush(nth: number, fault?: PlantedFault): Promise<'files' | 'directories' | null> {
  await using place = await temporaryDirectory();
  const root = join(place.path, 'messages');
  const trace = join(place.path, 'trace');
  // -y shows the path of each descriptor. One thread makes all flushes, as strace counts for each by itself.
  const filter = [
    '-e',
    'trace=fsync,fdatasync,unlink,unlinkat',
    '-e',
    `inject=fsync,fdatasync:error=EIO:when=${nth}`,
  ];
  const prefix = ['env', 'UV_THREADPOOL_SIZE=1', 'strace', '-f', '-y', '-qq', '-o', trace, ...filter];
  await using server = await startServer({ root, agent: 'coder', fault }, { prefix });
  let refusals: readonly string[] = (await server.tell({ do: 'open' })).codes;
  if (refusals.length > 0) {
    const again = (await server.tell({ do: 'open' })).codes;
    promise(again.length === 0, `The queue cannot be opened after a failed flush: ${again.join()}.`);
  }
  const sent: string[] = [];
  for (const id of ids) {
    const { done, codes } = await server.tell({ do: 'send', to: 'coder', ids: [id] });
    sent.push(...done);
    refusals = [...refusals, ...codes];
  }
  const last = await server.tell({ do: 'send', to: 'coder', ids: ['last'] });
  await server.end();
  const calls = readFileSync(trace, 'utf8').split('\n');
  const flushes = flushesIn(calls);
  const injected = flushes.findIndex(({ failed }) => failed);
  if (injected < 0) return null;
  const { path, file, isDirectory } = flushes[injected] ?? noFlush;
  const where = `the flush of ${path} (number ${nth})`;
  // The last send is there to show that sending works again; with its own flushes, the process has come to its end.
  if (refusals.length === 0 && last.codes.join() === 'ERR_SYNC_FAILED') return null;
  // Before the refusals: a second flush that succeeds leaves none.
  const again = flushes.slice(injected + 1).some((flush) => flush.file === file);
  promise(isDirectory || !again, `${where} failed, and the same file was flushed again.`);
  promise(refusals.length === 1, `${where} failed, and ${refusals.length} calls did.`);
  promise(
    /^ERR_(SYNC_FAILED|ROOT_UNUSABLE)$/.test(refusals[0] ?? ''),
    `${where} failed with ${refusals[0]}.`,
  );
  promise(last.done.length === 1, `After ${where}, sending does not work again.`);
  const visible = readdirSync(join(root, 'inbox', 'coder')).length;
  const most = sent.length + 1 + (isDirectory ? 1 : 0);
  promise(
    visible >= sent.length + 1 && visible <= most,
    `${where}: ${sent.length + 1} confirmed, ${visible} visible.`,
  );
  promise(readdirSync(join(root, 'tmp')).length === 0, `${where} left something in tmp/.`);
  return isDirectory ? 'directories' : 'files';
}

interface Flush {
  readonly path: string;
  /** The path, and how often it was removed before: another file of the same name is another file. */
  readonly file: string;
  readonly failed: boolean;
  readonly isDirectory: boolean;
}

const noFlush: Flush = { path: '', file: '', failed: false, isDirectory: false };

/** `123 fsync(17</path>) = -1 EIO (Input/output error) (INJECTED)`; a file's path is that of before its rename. */
function flushesIn(calls: readonly string[]): Flush[] {
  const removals = new Map<string, number>();
  const flushes: Flush[] = [];
  for (const call of calls) {
    const removed = /unlink(?:at)?\(.*"(.*)".*\) += 0/.exec(call)?.[1];
    if (removed !== undefined) removals.set(removed, (removals.get(removed) ?? 0) + 1);
    const path = /(?:fsync|fdatasync)\(\d+<(.*)>/.exec(call)?.[1];
    if (path === undefined) continue;
    flushes.push({
      path,
      file: `${path} ${removals.get(path) ?? 0}`,
      failed: call.includes('INJECTED'),
      isDirectory: !/\.(?:tmp|json)$|\.gitignore$/.test(path),
    });
  }
  return flushes;
}
