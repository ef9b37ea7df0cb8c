// Measures what loading the built package adds to the start of node: the median of 15 runs with it and without it, taken in
// turn so that both see the same machine. The budget is 40 ms; exits 1 beyond it.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const RUNS = 15;
const BUDGET_MS = 40;
const built = new URL('../dist/index.js', import.meta.url).href;
const first_use =
  "m.parseMessage(m.serializeMessage(m.statusUpdate({workflow_id:'w',task_id:'t',agent_id:'a',status:'queued'})))";
const programs = {
  bare: '',
  loaded: `import('${built}')`,
  used: `import('${built}').then((m) => ${first_use})`,
};

const times_ms = { bare: [], loaded: [], used: [] };
for (let run = 0; run < RUNS; run += 1) {
  for (const [name, program] of Object.entries(programs)) {
    const start_ms = performance.now();
    execFileSync(process.execPath, ['-e', program]);
    times_ms[name].push(performance.now() - start_ms);
  }
}

const median_ms = (name) => times_ms[name].sort((a, b) => a - b)[Math.floor(RUNS / 2)];
const bare_ms = median_ms('bare');
const added_ms = median_ms('loaded') - bare_ms;
const report = [
  `node alone: ${bare_ms.toFixed(1)} ms`,
  `loading adds: ${added_ms.toFixed(1)} ms (budget ${BUDGET_MS} ms)`,
  `loading, building and reading a first message adds: ${(median_ms('used') - bare_ms).toFixed(1)} ms`,
];
process.stdout.write(`${report.join('\n')}\n`);
process.exitCode = added_ms <= BUDGET_MS ? 0 : 1;
