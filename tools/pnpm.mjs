// Runs the pinned pnpm without anything installed globally: `node tools/pnpm.mjs install`.
// npx fetches it by name and version, so npm is the only thing a newcomer needs.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const windows = process.platform === 'win32';
const result = spawnSync(
  windows ? 'npx.cmd' : 'npx',
  ['--yes', manifest.packageManager, ...process.argv.slice(2)],
  { stdio: 'inherit', shell: windows },
);
if (result.error) throw result.error;
process.exitCode = result.status ?? 1;
