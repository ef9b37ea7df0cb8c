// Installs the dependencies when they are missing or older than the lockfile; otherwise does nothing.
import { existsSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = new URL('../node_modules/.modules.yaml', import.meta.url);
const lockfile = new URL('../pnpm-lock.yaml', import.meta.url);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node >= 20.19 is needed; this is ${process.version}.`);
  process.exit(1);
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
  console.error('Installing dependencies (once) ...');
  const pnpm = fileURLToPath(new URL('pnpm.mjs', import.meta.url));
  const result = spawnSync(
    process.execPath,
    [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'],
    // The installer's report is not this command's output: both of its streams go to standard error.
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  process.exitCode = result.status ?? 1;
}
