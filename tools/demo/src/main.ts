import { fileURLToPath } from 'node:url';
import { conduct } from './conductor.ts';
import { DemoError } from './demo-error.ts';
import { farewell } from './farewell.ts';
import { Narrative } from './narrative.ts';
import { OPERATOR_SCRIPT } from './operator.ts';
import { parseOptions, USAGE } from './options.ts';
import { count } from './printable.ts';
import { ProgressLine } from './progress-line.ts';
import { selectFiles } from './select-files.ts';
import { verify } from './verify.ts';
import { planWork } from './work-plan.ts';
import { createWorkspace } from './workspace.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
/** Far more than it ever takes; a run that hangs ends all the same, and says what was missing. */
const TIME_LIMIT_MS = 120_000;

/** Where this run's files are, once there is a place. */
const run: { directory: string | null } = { directory: null };

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The first one lets everything end in good order; agents end by themselves when this process is gone.
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new DemoError('ERR_INTERRUPTED', `Interrupted by ${signal}.`));
  });
}

// Whoever read the output has left (`npm run demo | head`): the agents are ended, and that is all.
process.stdout.on('error', () => {
  if (!stop.signal.aborted) stop.abort(new DemoError('ERR_INTERRUPTED', 'Nobody reads the output any more.'));
});

try {
  process.exitCode = await demonstrate();
} catch (error) {
  const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
  const expected = reason instanceof DemoError && reason.code !== 'ERR_UNEXPECTED';
  process.stderr.write(`\ndemo: ${expected ? reason.message : describe(reason)}\n`);
  if (run.directory !== null) process.stderr.write(`What was done so far lies in ${run.directory}\n`);
  process.exitCode = exitCodeFor(reason);
}

async function demonstrate(): Promise<number> {
  // npm changes into the repository; what the caller typed is relative to where the caller is.
  const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd(), REPOSITORY);
  if (options.help) {
    print(USAGE);
    return 0;
  }
  const interactive = process.stdout.isTTY;
  const colour = interactive && (process.env['NO_COLOR'] ?? '') === '';
  const progress = new ProgressLine({ write: print, interactive, columns: process.stdout.columns ?? 100 });
  const narrative = new Narrative(progress, colour);

  const started_ms = performance.now();
  const selection = await selectFiles(options.folder, options.maxFiles);
  const workspace = await createWorkspace(options.root, OPERATOR_SCRIPT);
  run.directory = workspace.directory;
  narrative.step('The input, and the directory that is the broker');
  narrative.say(
    `${options.folder}: ${count(selection.paths.length, 'source file')}, found by ${selection.source}`,
  );
  const leftOut = [...selection.leftOut].map(([reason, number]) => `${number} ${reason}`);
  if (leftOut.length > 0) narrative.say(`left out: ${leftOut.join(', ')}`);
  narrative.say(workspace.root);

  // Lower case and digits, so that its directory in the ledger has the same name.
  const workflowId = `demo-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
  const plan = planWork(selection.paths);
  const limit = setTimeout(() => stop.abort(timedOut()), TIME_LIMIT_MS);
  try {
    const { board, differences, killed } = await conduct({
      workspace,
      folder: options.folder,
      workflowId,
      plan,
      narrative,
      progress,
      stop,
    });
    narrative.step(`The check, without asking the queue (after ${seconds(started_ms)})`);
    const verdicts = verify(board.records(), workspace);
    for (const line of verdicts.good) narrative.good(line);
    const bad = [...verdicts.bad, ...differences];
    for (const line of bad) narrative.bad(line);
    await farewell({
      workspace,
      narrative,
      print: (line) => progress.print(line),
      colour,
      signal: stop.signal,
      killed,
    });
    return bad.length === 0 ? 0 : 1;
  } finally {
    clearTimeout(limit);
    progress.end();
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function timedOut(): DemoError {
  return new DemoError(
    'ERR_TIMEOUT',
    `Not finished after ${TIME_LIMIT_MS / 1000} s, so it was ended. \`./tapps-mq inspect\` in its directory shows what is missing.`,
  );
}

function seconds(since_ms: number): string {
  return `${((performance.now() - since_ms) / 1000).toFixed(1)} s`;
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}

function exitCodeFor(reason: unknown): number {
  if (!(reason instanceof DemoError)) return 1;
  if (reason.code === 'ERR_USAGE') return 2;
  return reason.code === 'ERR_INTERRUPTED' ? 130 : 1;
}
