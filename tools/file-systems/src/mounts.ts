import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { runCommand } from './system-command.ts';

/** The mount points at and below a directory, the innermost first. */
export function mountsBelow(directory: string): string[] {
  const table = readFileSync('/proc/self/mountinfo', 'utf8');
  const points = table.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    // proc_pid_mountinfo(5): blanks, tabs, newlines and backslashes are written as three octal digits.
    return point === undefined
      ? []
      : [
          point.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
            String.fromCharCode(Number.parseInt(digits, 8)),
          ),
        ];
  });
  return points.filter((point) => point === directory || point.startsWith(directory + sep)).toReversed();
}

/** The loop devices that show a file in a directory. */
export function loopDevicesOf(directory: string): string[] {
  const listed = runCommand('losetup', '--list', '--noheadings', '--raw', '--output', 'NAME,BACK-FILE');
  return listed.split('\n').flatMap((line) => {
    const [device, ...file] = line.split(' ');
    return device !== undefined && file.join(' ').startsWith(directory + sep) ? [device] : [];
  });
}

/**
 * Unmounts whatever is mounted at and below a directory and detaches the loop devices of its files. What is busy is
 * taken out of sight at once and ends with its last user (umount(8), `--lazy`; losetup(8), `--detach`). Returns what failed.
 */
export function releaseAll(directory: string): unknown[] {
  const failures: unknown[] = [];
  const attempt = (release: () => unknown): boolean => {
    try {
      release();
      return true;
    } catch (error) {
      failures.push(error);
      return false;
    }
  };
  for (const point of mountsBelow(directory)) {
    try {
      runCommand('umount', point);
    } catch {
      attempt(() => runCommand('umount', '--lazy', point));
    }
  }
  for (const device of loopDevicesOf(directory)) attempt(() => runCommand('losetup', '--detach', device));
  return failures;
}
