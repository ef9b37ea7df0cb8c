import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { WineError } from './wine-error.ts';

/** apt-get fetches about 200 MB. */
const installLimit_ms = 300_000;

/**
 * Finds wine's command, and installs Debian's package if there is none and this is root. Throws an unavailable `WineError`
 * where it cannot be had.
 */
export function findOrInstallWine(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw unavailable(
      `Wine runs node.exe for x64 on Linux for x64; this is ${process.platform} ${process.arch}.`,
    );
  }
  const found = findCommand('wine');
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || findCommand('apt-get') === null) {
    throw unavailable(
      'wine is not installed, and only root can install it. Run: apt-get install wine wine64',
    );
  }
  console.log('Installing wine ...');
  aptGet('update', '-qq');
  aptGet('install', '-qq', '--no-install-recommends', 'wine', 'wine64');
  const installed = findCommand('wine');
  if (installed === null) throw unavailable('wine was installed, and there is no command of that name.');
  return installed;
}

/** The path of a command on the PATH; null if there is none. */
export function findCommand(name: string): string | null {
  for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there.
    }
  }
  return null;
}

function aptGet(...parameters: readonly string[]): void {
  const result = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: installLimit_ms,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return;
  const said = `${result.error?.message ?? ''}\n${result.stdout}${result.stderr}`.trim().slice(-1_000);
  throw unavailable(`apt-get ${parameters.join(' ')} failed:\n${said}`);
}

function unavailable(message: string): WineError {
  return new WineError(message, { isUnavailable: true });
}
