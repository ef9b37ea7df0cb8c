// Measures what loading each built package adds to node's start: `node tools/ci/start-up-cost.mjs [ROUNDS]`.
// A report to read, not a test: absolute times on shared machines are noise. It fails only when a package cannot be loaded.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 15);
const built = (name) => new URL(`../../packages/${name}/dist/`, import.meta.url);
const importing = (name) => [
  '--input-type=module',
  '--eval',
  `import ${JSON.stringify(new URL('index.js', built(name)).href)}`,
];

/** What is started, and what it may add to the bare start by the project's own aims. */
const subjects = [
  { name: 'bare node', args: ['--input-type=module', '--eval', ''], aim_ms: null },
  { name: 'import @tapps-agents/contracts', args: importing('contracts'), aim_ms: 40 },
  { name: 'import @tapps-agents/fs-atomic', args: importing('fs-atomic'), aim_ms: null },
  { name: 'import @tapps-agents/queue', args: importing('queue'), aim_ms: 80 },
  {
    name: 'tapps-mq --version',
    args: [fileURLToPath(new URL('main.js', built('cli'))), '--version'],
    aim_ms: 120,
  },
];

/** Milliseconds of one start; throws when the process fails. */
function start_ms({ name, args }) {
  const began = performance.now();
  const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${name} ended with ${result.status ?? result.signal}:\n${result.stderr}`);
  return performance.now() - began;
}

/** The middle one of an odd number of figures; the upper middle one of an even number. */
function median(figures) {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)];
}

// One round after the other rather than one subject after the other: a slow minute of the machine then hits all of them alike.
const samples_ms = subjects.map(() => []);
for (const subject of subjects) start_ms(subject);
for (let round = 0; round < rounds; round += 1) {
  for (const [index, subject] of subjects.entries()) samples_ms[index].push(start_ms(subject));
}

const bare_ms = median(samples_ms[0]);
console.log(`Median of ${rounds} starts, for information:`);
for (const [index, { name, aim_ms }] of subjects.entries()) {
  const taken_ms = median(samples_ms[index]);
  const added = index === 0 ? '' : `  +${(taken_ms - bare_ms).toFixed(1)} ms`;
  const aim = aim_ms === null ? '' : ` (aim: at most +${aim_ms} ms)`;
  console.log(`  ${name.padEnd(34)} ${taken_ms.toFixed(1).padStart(7)} ms${added}${aim}`);
}
