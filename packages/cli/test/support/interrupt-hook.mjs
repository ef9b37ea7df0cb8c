// Loaded before the program (`node --import`): raises SIGINT in its own process at the n-th call that names something in the
// messages directory, and says at the end how many there were. So an interrupt comes at the same moment whenever a seed chose it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.INTERRUPT_AT);
const NAMES = [
  'access',
  'open',
  'mkdir',
  'readdir',
  'readFile',
  'rename',
  'stat',
  'lstat',
  'unlink',
  'utimes',
  'writeFile',
];
let calls = 0;

function counted(owner, name) {
  const original = owner[name];
  if (typeof original !== 'function') return;
  owner[name] = function (path, ...more) {
    if (String(path).includes('.tapps-agents')) {
      calls += 1;
      if (calls === at) process.kill(process.pid, 'SIGINT');
    }
    return original.call(this, path, ...more);
  };
}

for (const name of NAMES) {
  counted(fs, name);
  counted(fs, `${name}Sync`);
  counted(fs.promises, name);
}
syncBuiltinESMExports();
process.on('exit', () => {
  if (process.env.INTERRUPT_COUNT !== undefined) fs.appendFileSync(process.env.INTERRUPT_COUNT, `${calls}`);
});
