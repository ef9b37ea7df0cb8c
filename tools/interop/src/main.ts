import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from '../../command-line.ts';
import { interop } from './interop.ts';

// `npm run interop -- --messages 5000 --processes 4 --kills 12 --seed 7`: more than the tests have time for.
const USAGE = `npm run interop -- [--messages 2000] [--processes 2] [--kills 6] [--seed N] [--seconds 300]
    Python and TypeScript processes on one inbox, some of them killed
Exits with 1 when something was lost or handled twice, and when too little happened to say so.`;

const { values } = readCommandLine(USAGE, {
  options: {
    messages: { type: 'string', default: '2000' },
    processes: { type: 'string', default: '2' },
    kills: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '300' },
  },
});

const least: Readonly<Record<keyof typeof values, number>> = {
  messages: 1,
  processes: 1,
  kills: 0,
  seed: 0,
  seconds: 1,
};
for (const [name, from] of Object.entries(least)) {
  const text = values[name as keyof typeof values];
  if (Number.isSafeInteger(Number(text)) && Number(text) >= from) continue;
  console.error(`--${name} must be a whole number from ${from} up; got ${JSON.stringify(text)}.`);
  process.exit(2);
}
if (spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status !== 0) {
  console.log('There is no python3 >= 3.10 here; without it, one language shares an inbox with nobody.');
  process.exit(77);
}
const directory = mkdtempSync(join(tmpdir(), 'tapps-interop-'));
console.log(
  `seed ${values.seed}; ${values.messages} messages, ${values.processes} producers and consumers of each language`,
);
const { faults, handled, reruns, duplicates, killed, took_ms } = await interop({
  directory,
  programs: { bundled: import.meta.dirname, tool: join(import.meta.dirname, '..') },
  messages: Number(values.messages),
  processes: Number(values.processes),
  kills: Number(values.kills),
  seed: Number(values.seed),
  limit_ms: Number(values.seconds) * 1_000,
});
console.log(
  `handled by Python ${handled.python}, by TypeScript ${handled.typescript}; ${duplicates} copies dropped; ${killed.consumer} consumers and ${killed.producer} producers killed at work, ${reruns} handlers ran again; ${Math.round(took_ms / 1_000)} s`,
);
for (const fault of faults.slice(0, 50)) console.log(fault);
console.log(
  faults.length === 0
    ? 'nothing lost, nothing handled twice'
    : `${faults.length} faults; the directory: ${directory}`,
);
if (faults.length === 0) rmSync(directory, { recursive: true });
process.exitCode = faults.length === 0 ? 0 : 1;
