import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { roles } from './roles.ts';

/*
 * A process of the bench: `child.js ROLE SETTINGS`. Each line `VERB NUMBER` of its standard input is answered with a line of
 * JSON on descriptor 3 (see child-process.ts); what goes wrong ends it, and is said on standard error.
 */

const [, , role = '', settings = '{}'] = process.argv;
const start = roles[role];
if (start === undefined) throw new Error(`There is no role ${JSON.stringify(role)}.`);
const verbs = await start(JSON.parse(settings) as never);
for await (const line of createInterface({ input: process.stdin })) {
  const [verb = '', number = '0'] = line.split(' ');
  const act = verbs[verb];
  if (act === undefined) throw new Error(`${role} knows no ${JSON.stringify(verb)}.`);
  writeSync(3, `${JSON.stringify((await act(Number(number))) ?? {})}\n`);
}
process.exit(0);
