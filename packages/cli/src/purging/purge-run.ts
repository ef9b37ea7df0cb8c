import type { OperationRecord, PurgeOptions, Queue } from '@tapps-agents/queue';
import { openArchive } from '../archive/archive-writer.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { PurgeJson } from '../json/purge.ts';
import { operatorName } from '../operator-name.ts';
import { partlyDone } from '../partly-done.ts';
import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { counted, were } from '../render/counted.ts';
import { safe } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import { countType } from './purge-preview.ts';
import type { PurgeRequest } from './purge-request.ts';

/**
 * Removes what was found, after it was put into the archive `exportTo` if one is named, and says what it has removed: also where it
 * failed at the others.
 *
 * @throws CliError `ERR_INTERRUPTED`; `ERR_PARTLY_DONE` where it failed after some were removed
 */
export async function runPurge(
  context: CommandContext,
  queue: Queue,
  request: PurgeRequest,
  { found, exportTo }: { readonly found: PurgeJson; readonly exportTo: string | undefined },
): Promise<ExitCode> {
  const { io } = context;
  const counts = { purged: 0, gone: 0, unknown: 0 };
  // Of the set that was fixed when it began; there may have been others when it was looked for.
  const types = new Map<string, number>();
  let record: OperationRecord | undefined;
  let isRecorded = true;
  let progress: Progress | undefined;
  const steps = queue.operations.purge({
    ...request,
    dryRun: false,
    by: operatorName(),
    signal: io.interrupts.first,
    onBegin: async (begun) => {
      record = begun;
      progress = await showProgress(context, 'removing', begun.total);
    },
    onUnrecorded: () => {
      isRecorded = false;
    },
    ...(exportTo !== undefined && { keep: (set) => keep(context, set, exportTo) }),
  });
  let failure: { readonly error: unknown } | null = null;
  try {
    for await (const { entry, outcome } of steps) {
      if (outcome !== 'purge') counts[outcome] += 1;
      if (outcome === 'unknown') continue;
      countType(types, entry);
      progress?.advance();
    }
  } catch (error) {
    failure = { error };
  } finally {
    progress?.[Symbol.dispose]();
  }
  const removed = `${counted(counts.purged, 'message was', 'messages were')} removed`;
  const next = 'run it again for the others';
  if (failure !== null && io.interrupts.first.aborted)
    throw new CliError('ERR_INTERRUPTED', `Interrupted; ${removed}.`, { next });
  if (failure !== null && counts.purged === 0) throw failure.error;
  show(context, {
    ...found,
    dry_run: false,
    messages: record?.total ?? 0,
    types: Object.fromEntries(types),
    ...counts,
    operation: isRecorded ? (record?.id ?? null) : null,
    exported: exportTo ?? null,
  });
  if (failure !== null) throw partlyDone(removed, failure.error, next);
  return counts.gone + counts.unknown === 0 ? ExitCode.ok : ExitCode.partlyDone;
}

/** What was removed, of how many, and where their ids are. */
function show({ output, program }: CommandContext, document: PurgeJson): void {
  const { purged, gone, messages, operation } = document;
  output.data(document);
  output.text(safe`removed ${purged} of ${counted(messages, 'message')}`);
  if (gone > 0)
    output.remark(
      safe`${were(gone)} claimed, replayed or removed by somebody else meanwhile, and not touched.`,
    );
  if (operation !== null)
    output.remark(safe`their ids are in operations/${operation}: ${program} purge --log`);
  else if (messages > 0)
    output.warn(
      'ERR_DISK_FULL',
      'The disk was full to the last, so which ids were removed is not written down, or not all of it.',
    );
}

/** Nothing is removed before the file is whole, and on the disk. */
async function keep(
  { io }: CommandContext,
  set: Parameters<NonNullable<PurgeOptions['keep']>>[0],
  file: string,
): Promise<void> {
  const archive = await openArchive(file, io);
  try {
    for await (const one of set) await archive.add(one);
    await archive.finish();
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}
