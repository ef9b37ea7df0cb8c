import type { Queue, RestoreOutcome, StoredFile } from '@tapps-agents/queue';
import { DRY_RUN_OPTION } from '../options/acting-options.ts';
import { readArchive } from '../archive/archive-reader.ts';
import { openArchiveSource } from '../archive/archive-source.ts';
import type { ArchiveSource } from '../archive/archive-source.ts';
import { openTarget } from '../archive/import-target.ts';
import { NamedWarnings } from '../named-warnings.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { filesInPlace } from '../files-in-place.ts';
import type { ImportJson } from '../json/archive.ts';
import { partlyDone } from '../partly-done.ts';
import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { safe } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';
import { counted, were } from '../render/counted.ts';

const OPTIONS = { ...DRY_RUN_OPTION } as const;

interface Arguments {
  readonly file: string;
  readonly 'dry-run': boolean;
}

/** `import FILE`: takes in what `export` wrote. Overwrites nothing. */
export const importCommand: Command = {
  name: 'import',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'import <file>',
      'Take in a queue that was exported; what is there already is left as it is',
      (options) =>
        options
          .positional('file', {
            type: 'string',
            demandOption: true,
            describe: 'What export wrote: .tar, .tar.gz, .tgz, .ndjson or .ndjson.gz; - reads standard input',
          })
          .options(OPTIONS)
          .example('$0 --root ./sick import queue.tar.gz', 'Into a directory of its own, to look into it')
          .example('$0 import queue.tar.gz -n', 'What would be taken in?')
          .example('ssh build-3 tapps-mq export - | $0 --root ./sick import -', 'From another computer')
          .epilogue(
            'What was in somebody’s hands is ready again; sessions and pauses stay where they were. In a directory with live agents, they begin at once with what is ready.',
          ),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

/** So many files, or so many bytes, go in at once. */
const BATCH_FILES = 200;
const BATCH_BYTES = 8 * 2 ** 20;

type Counts = Record<RestoreOutcome, number>;

/** The agent's part in the name of a box, which has no content. */
const BOX = /^(inbox|outbox)\/([^/]+)\/$/;

async function run(context: CommandContext, { file, 'dry-run': dryRun }: Arguments): Promise<ExitCode> {
  const { io, output, root } = context;
  await using source = await orInterrupted(context, openArchiveSource(file, io));
  const beginning = readArchive(source, io.interrupts.first);
  await orInterrupted(context, beginning.next()); // Before a directory is made for what cannot be read.
  await beginning.return(undefined); // Closes the file.
  await using target = await openTarget(context, dryRun);
  const { queue } = target;
  const refused = new NamedWarnings(output, 'ERR_REFUSED');
  const counts: Counts = { restored: 0, present: 0, not_taken_over: 0, foreign: 0 };
  const madeAgents = new Set<string>();
  let failure: { readonly error: unknown } | null = null;
  try {
    using progress = await showProgress(context, 'importing', null);
    // What is finished first: a message that moved while it was exported may be in there twice, and is then not handled again.
    for (const isReady of [false, true])
      await takeIn(context, queue, { source, isReady, dryRun, counts, refused, madeAgents, progress });
  } catch (error) {
    failure = { error };
  }
  const { restored, present, not_taken_over, foreign } = counts;
  const takenIn = `${counted(restored, 'file was', 'files were')} taken in`;
  const next = 'run it again for the others: what is there is left as it is';
  if (failure !== null && io.interrupts.first.aborted)
    throw new CliError('ERR_INTERRUPTED', `Interrupted; ${takenIn}, whole.`, { next });
  if (failure !== null && (dryRun || restored === 0)) throw failure.error;
  const document: ImportJson = {
    root: root.path,
    dry_run: dryRun,
    restored,
    present,
    not_taken_over,
    refused: foreign,
  };
  output.data(document);
  output.text(
    safe`${dryRun ? 'would take in' : 'took in'} ${counted(restored, 'file')}; ${were(present)} there already, ${counted(not_taken_over, 'session or pause stays', 'sessions and pauses stay')} out, ${foreign} refused`,
  );
  if (failure !== null) throw partlyDone(takenIn, failure.error, next);
  output.remark(target.isMissing ? safe`${root.shown}, which would be made` : safe`${root.shown}`);
  if (foreign > 0)
    output.remark(
      safe`${were(foreign)} refused, ${refused.where}; the archive still has ${foreign === 1 ? 'it' : 'them'}`,
    );
  return foreign === 0 ? ExitCode.ok : restored + present > 0 ? ExitCode.partlyDone : ExitCode.failure;
}

async function orInterrupted<T>({ io }: CommandContext, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!io.interrupts.first.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was taken in.');
  }
}

interface Pass {
  readonly source: ArchiveSource;
  readonly isReady: boolean;
  readonly dryRun: boolean;
  readonly counts: Counts;
  readonly refused: NamedWarnings;
  /** Whose inboxes were not there before. */
  readonly madeAgents: Set<string>;
  readonly progress: Progress;
}

async function takeIn(context: CommandContext, queue: Queue, pass: Pass): Promise<void> {
  const { io } = context;
  const { counts, dryRun } = pass;
  const refuse = (name: string, why: string): void => {
    counts.foreign += 1;
    pass.refused.add(`${name} is not taken in: ${why}.`);
  };
  let batch: StoredFile[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const outcomes = await queue.store.restore(batch, { dryRun }).catch((error: unknown) => {
      counts.restored += filesInPlace(error);
      throw error;
    });
    for (const [index, outcome] of outcomes.entries()) {
      const { name = '' } = batch[index] ?? {};
      const [, kind, agent = ''] = BOX.exec(name) ?? [];
      if (kind === 'inbox' && outcome === 'restored') pass.madeAgents.add(agent);
      if (outcome === 'foreign') refuse(name, 'it is no file of a queue');
      // To make an inbox is to register an agent, which makes its outbox too.
      else counts[kind === 'outbox' && pass.madeAgents.has(agent) ? 'restored' : outcome] += 1;
    }
    pass.progress.advance(batch.length);
    batch = [];
    bytes = 0;
  };
  for await (const found of readArchive(pass.source, io.interrupts.first)) {
    io.interrupts.first.throwIfAborted();
    if ('refused' in found) {
      if (!pass.isReady) refuse(found.name, found.refused);
      continue;
    }
    if (isWaiting(found.name) !== pass.isReady) continue;
    batch.push(found);
    bytes += found.bytes.byteLength;
    if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) await flush();
  }
  await flush();
}

/** Ready, or in somebody's hands: what agents begin with as soon as it is there. */
function isWaiting(name: string): boolean {
  return /^(?:locks\/)?(?:inbox|outbox)\/[^/]+\/(?!\.agent\.json$)[^/]+$/.test(name);
}
