// `npm run demo [-- FOLDER] [--root DIR]`: builds what is missing or older than its sources, then runs the demo.
// Plain JavaScript, because it must run before anything is built.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const demo = path.join(repository, 'tools', 'demo');
const packages = path.join(repository, 'packages');

/** Modification times of every file at or below a path; none when it is missing. */
function times(target) {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [found.mtimeMs];
  return readdirSync(target).flatMap((name) => times(path.join(target, name)));
}

/** Whether everything built in this folder is newer than everything it is built from. */
function isBuilt(folder) {
  const built = times(path.join(folder, 'dist'));
  const sources = ['src', 'package.json', 'tsup.config.ts', 'tsconfig.json', 'build.mjs'];
  const changed = sources.flatMap((name) => times(path.join(folder, name)));
  return built.length > 0 && Math.min(...built) >= Math.max(...changed);
}

/** Builds what the filters of pnpm choose, and shows what the build said only if it failed. */
function build(filters) {
  console.error('Building (once; takes a moment) ...');
  const result = spawnSync(
    process.execPath,
    ['tools/pnpm.mjs', '-r', ...filters.flatMap((filter) => ['--filter', filter]), 'run', 'build'],
    { cwd: repository, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (result.status === 0) return;
  console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  console.error('The demo was not started: its build failed, as printed above. `npm run build` repeats it.');
  process.exit(1);
}

if (!readdirSync(packages).every((name) => isBuilt(path.join(packages, name))))
  build(['./packages/*', './tools/demo']);
else if (!isBuilt(demo)) build(['./tools/demo']);

const child = spawn(process.execPath, [path.join(demo, 'dist', 'main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// Ctrl-C reaches the demo by itself, as a member of the same terminal; this process only waits for it to tidy up.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
