// `npm run simulate`: builds the simulator from the sources as they are, then runs it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSimulator } from './build.mjs';

await buildSimulator();
const main = fileURLToPath(new URL('dist/main.js', import.meta.url));
const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
