import { consume } from './ours/consuming.ts';
import { listAgents, publish, register } from './ours/producing.ts';

/** This project's queue behind the commands of the kit, by its public API alone. */
const [command, root = '', ...rest] = process.argv.slice(2);
try {
  if (command === 'register') await register(root, rest);
  else if (command === 'agents') console.log(JSON.stringify(await listAgents(root)));
  else if (command === 'publish') await publish(root, rest);
  else if (command === 'consume') await consume(root, rest[0] ?? '', Number(rest[1] ?? 30_000));
  else throw new Error('usage: ours register|agents|publish|consume ROOT …');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
