// Runs the pinned pnpm without anything installed globally: `node tools/pnpm.mjs install`.
// npx fetches it by name and version, so npm is the only thing a newcomer needs.
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [command, ...leading] = npx();
const result = spawnSync(command, [...leading, '--yes', manifest.packageManager, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
if (result.error) throw result.error;
process.exitCode = result.status ?? 1;

/**
 * On Windows npx is a batch file, which only a shell can run, and a shell takes arguments apart at blanks; so its program is
 * run: that of the npm which started this, else the one beside node.exe.
 */
function npx() {
  if (process.platform !== 'win32') return ['npx'];
  const besideNode = path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const npm of [process.env['npm_execpath'], besideNode]) {
    const program = path.join(path.dirname(npm ?? ''), 'npx-cli.js');
    if (existsSync(program)) return [process.execPath, program];
  }
  console.error('npx was not found. Install node from nodejs.org, with npm.');
  process.exit(1);
}
