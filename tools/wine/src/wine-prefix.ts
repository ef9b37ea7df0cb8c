import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findCommand } from './install-wine.ts';
import { forwardingLibrary } from './forwarding-library.ts';
import { mustRun } from './run-command.ts';

/** A Windows of its own: its drives, its registry, its processes. */
export interface WinePrefix extends Disposable {
  readonly env: NodeJS.ProcessEnv;
}

/** What is made and where. */
export interface PrefixOptions {
  readonly wine: string;
  /** Must not exist yet. */
  readonly directory: string;
  /** What is to be drive S:. */
  readonly drive: string;
  /** Where Windows finds programs, beside its own. */
  readonly programs: string;
  readonly logs: string;
}

/** Makes a fresh Windows 10 in a folder. Disposing of it ends every process in it. */
export async function makeWinePrefix(options: PrefixOptions): Promise<WinePrefix> {
  const { wine, directory, logs } = options;
  mkdirSync(directory);
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: directory,
    WINEPREFIX: directory,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    LC_ALL: 'C.UTF-8', // What is in no codepage could not be named otherwise.
    // Neither .NET nor a browser, which Wine would offer to download, nor entries in this desktop's menus.
    WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
    WINEPATH: `Z:${options.programs.replaceAll('/', '\\')}`,
    CI: 'true',
    NO_COLOR: '1',
  };
  const prefix: WinePrefix = { env, [Symbol.dispose]: () => endProcesses(env) };
  const command = { file: wine, cwd: logs, env, logs, limit_ms: 180_000 };
  try {
    await mustRun({ ...command, name: 'wineboot', arguments: ['wineboot', '--init'] });
    // Node refuses older Windows than this.
    await mustRun({ ...command, name: 'winecfg', arguments: ['winecfg', '-v', 'win10'] });
    // Drive Z: is this computer's root, where /proc would be found by a path without a drive.
    symlinkSync(options.drive, path.join(directory, 'dosdevices', 's:'));
    // Programs in Go, such as esbuild, take random numbers from a library that Wine 8 lacks.
    writeFileSync(
      path.join(directory, 'drive_c', 'windows', 'system32', 'bcryptprimitives.dll'),
      forwardingLibrary({
        library: 'bcryptprimitives.dll',
        exported: 'ProcessPrng',
        target: 'advapi32.SystemFunction036', // RtlGenRandom
      }),
    );
    return prefix;
  } catch (error) {
    endProcesses(env);
    throw error;
  }
}

/** `wineserver -k` ends the processes of one prefix, and no others. */
function endProcesses(env: NodeJS.ProcessEnv): void {
  const wineserver = findCommand('wineserver') ?? '/usr/lib/wine/wineserver';
  spawnSync(wineserver, ['-k'], { env, stdio: 'ignore', timeout: 30_000 });
  spawnSync(wineserver, ['-w'], { env, stdio: 'ignore', timeout: 30_000 });
}
