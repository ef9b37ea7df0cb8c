import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { endProcessesOf } from './end-processes.ts';
import { forwardingLibrary } from './forwarding-library.ts';
import { mustRun } from './run-command.ts';

/** A Windows of its own: its drives, its registry, its processes. */
export interface WinePrefix {
  readonly env: NodeJS.ProcessEnv;
  /** Ends every process in it; returns when none is left. What is started afterwards finds it as it was. */
  endProcesses(): void;
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

/** The place of a Windows; nothing is made yet, and nothing runs. */
export function winePrefix({ directory, programs }: PrefixOptions): WinePrefix {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: directory,
    WINEPREFIX: directory,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    LC_ALL: 'C.UTF-8', // What is in no codepage could not be named otherwise.
    // Neither .NET nor a browser, which Wine would offer to download, nor entries in this desktop's menus.
    WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
    WINEPATH: `Z:${programs.replaceAll('/', '\\')}`,
    CI: 'true',
    NO_COLOR: '1',
  };
  return { env, endProcesses: () => endProcessesOf(env, directory) };
}

/** Makes a fresh Windows 10 in its place. Processes of it may be left, also after a failure: `endProcesses`. */
export async function makeWindows(
  prefix: WinePrefix,
  { wine, directory, drive, logs }: PrefixOptions,
): Promise<void> {
  mkdirSync(directory);
  const command = { file: wine, cwd: logs, env: prefix.env, logs, limit_ms: 180_000 };
  const name = path.basename(directory);
  await mustRun({ ...command, name: `${name}-wineboot`, arguments: ['wineboot', '--init'] });
  // Node refuses older Windows than this.
  await mustRun({ ...command, name: `${name}-winecfg`, arguments: ['winecfg', '-v', 'win10'] });
  // Every look at a file asks this driver, in another process, for the serial number of the volume (`dev` of a status): an lstat takes 3.3 ms,
  // and 0.4 ms without the driver. Then Wine answers that it does not know the number, and libuv takes 0.
  await mustRun({
    ...command,
    name: `${name}-no-mount-manager`,
    arguments: ['reg', 'add', ...disabled('MountMgr')],
  });
  prefix.endProcesses(); // It is running, and would go on.
  // Drive Z: is this computer's root, where /proc would be found by a path without a drive.
  symlinkSync(drive, path.join(directory, 'dosdevices', 's:'));
  // Programs in Go, such as esbuild, take random numbers from a library that Wine 8 lacks.
  writeFileSync(
    path.join(directory, 'drive_c', 'windows', 'system32', 'bcryptprimitives.dll'),
    forwardingLibrary({
      library: 'bcryptprimitives.dll',
      exported: 'ProcessPrng',
      target: 'advapi32.SystemFunction036', // RtlGenRandom
    }),
  );
}

/** What `reg add` takes to keep Windows from starting a driver or a service. */
function disabled(service: string): readonly string[] {
  const key = `HKLM\\System\\CurrentControlSet\\Services\\${service}`;
  return [key, '/v', 'Start', '/t', 'REG_DWORD', '/d', '4', '/f'];
}
