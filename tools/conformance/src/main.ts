import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from './cases.ts';
import { describeVerdict, exitCodeOf, summary } from './report.ts';
import { rulesIn, ruleTable } from './rules.ts';
import { run } from './run.ts';

const USAGE = `npm run conformance -- [options]

  --implementation COMMAND   what is judged; default: this project's own queue
  --role producer            only the cases for programs that send
  --only TEXT                only cases whose name has TEXT in it, or that judge the rule TEXT
  --workers N                cases at once; default 4
  --keep                     leave the directories of failed cases where they are
  --list                     name the cases, and judge nothing
  --rules                    print which cases judge which rule
  --verbose                  a line for each case that passed, too

Exit code: 0 when no case failed and some passed, 1 when one failed or none passed, 77 when none failed but some cannot be judged on this
system, 2 when this was called wrongly.`;

/** Where the command was given: npm changes the directory to the root of the repository. */
const here = process.env['INIT_CWD'] ?? process.cwd();
const own = `'${process.execPath}' '${join(import.meta.dirname, 'ours.js')}'`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      implementation: { type: 'string', default: own },
      role: { type: 'string', default: 'consumer' },
      only: { type: 'string', default: '' },
      workers: { type: 'string', default: '4' },
      keep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      rules: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE, 0);
  if (values.rules) return say(ruleTable(rulesIn(protocol()), cases), 0);
  const workers = Number(values.workers);
  if (values.role !== 'producer' && values.role !== 'consumer')
    return say(`--role is producer or consumer.\n\n${USAGE}`, 2);
  if (!Number.isInteger(workers) || workers < 1)
    return say(`--workers is a whole number from 1 up.\n\n${USAGE}`, 2);
  const chosen = cases.filter(
    ({ role, name, rules }) =>
      (values.role === 'consumer' || role === 'producer') &&
      (name.includes(values.only) || rules.some((rule) => rule === values.only)),
  );
  if (chosen.length === 0) return say(`No case is called ${values.only}; see --list.`, 2);
  if (values.list)
    return say(
      chosen.map(({ name, rules, title }) => `${name} (${rules.join(', ')}): ${title}`).join('\n'),
      0,
    );
  process.chdir(here);
  const verdicts = await run(chosen, {
    implementation: values.implementation,
    workers,
    keep: values.keep,
    onVerdict: (verdict) => {
      if (values.verbose || verdict.outcome !== 'passed') console.log(describeVerdict(verdict));
    },
  });
  return say(summary(verdicts), exitCodeOf(verdicts));
}

function protocol(): string {
  return readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof TypeError && 'code' in error) return say(`${error.message}\n\n${USAGE}`, 2);
  throw error;
});
