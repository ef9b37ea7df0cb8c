import { accessSync, readFileSync } from 'node:fs';
import { makeImageFolder, removeImageFolder } from './image-folder.ts';
import { kindFacts, type FileSystemKind } from './kinds.ts';
import { CommandError, findProgram, runCommand } from './system-command.ts';

/** Why no image of this kind can be made here, as a sentence; null when one can. */
export function whyUnavailable(kind: FileSystemKind): string | null {
  const facts = kindFacts[kind];
  return (
    whyNoMounts() ??
    whyNoProgram(facts.programs) ??
    (facts.make === null ? null : whyNoLoopDevice()) ??
    whyNoDriver(facts.drivers)
  );
}

let mounts: string | null | undefined;

/** A process may be root and yet not be allowed to mount, as in most containers: so it is tried, once. */
function whyNoMounts(): string | null {
  if (process.platform !== 'linux') return `Images are made on Linux only; this is ${process.platform}.`;
  if (process.getuid?.() !== 0) return 'Only root may mount; run it as root.';
  mounts ??= tryToMount();
  return mounts === '' ? null : mounts;
}

function tryToMount(): string {
  const folder = makeImageFolder();
  try {
    runCommand('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tapps-image', folder);
    return '';
  } catch (error) {
    return `Nothing can be mounted here: ${said(error)}`;
  } finally {
    removeImageFolder(folder);
  }
}

function whyNoProgram(programs: Readonly<Record<string, string>>): string | null {
  for (const [program, debianPackage] of Object.entries(programs)) {
    if (findProgram(program) === null)
      return `There is no ${program}; install it (Debian: apt-get install ${debianPackage}).`;
  }
  return null;
}

function whyNoLoopDevice(): string | null {
  try {
    accessSync(runCommand('losetup', '--find').trim());
    return null;
  } catch (error) {
    return `There is no free loop device: ${said(error)}`;
  }
}

function whyNoDriver(drivers: readonly string[]): string | null {
  for (const driver of drivers) {
    if (hasDriver(driver)) continue;
    try {
      runCommand('modprobe', driver === 'fuseblk' ? 'fuse' : driver);
    } catch {
      // There may be no modules at all; what counts is the list.
    }
    if (!hasDriver(driver)) return `The kernel has no ${driver}.`;
  }
  return null;
}

function hasDriver(driver: string): boolean {
  return readFileSync('/proc/filesystems', 'utf8')
    .split('\n')
    .some((line) => line.split('\t')[1] === driver);
}

function said(error: unknown): string {
  if (error instanceof CommandError && error.output.trim() !== '') return error.output.trim();
  return error instanceof Error ? error.message : String(error);
}
