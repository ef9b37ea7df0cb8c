import type { OperationRecord, PurgeOptions, Queue } from '@tapps-agents/queue';
import { openArchive } from '../archive/archive-writer.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { PurgeJson } from '../json/purge.ts';
import { operatorName } from '../operator-name.ts';
import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { counted, were } from '../render/counted.ts';
import { safe } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import { countType } from './purge-preview.ts';
import type { PurgeRequest } from './purge-request.ts';

/** Removes what was found, after it was put into the archive `exportTo` if one is named. */
export async function runPurge(
  context: CommandContext,
  queue: Queue,
  request: PurgeRequest,
  { found, exportTo }: { readonly found: PurgeJson; readonly exportTo: string | undefined },
): Promise<ExitCode> {
  const { io, output, program } = context;
  const counts = { purged: 0, gone: 0, unknown: 0 };
  // Of the set that was fixed when it began; there may have been others when it was looked for.
  const types: Record<string, number> = {};
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
  try {
    for await (const { entry, outcome } of steps) {
      if (outcome !== 'purge') counts[outcome] += 1;
      if (outcome === 'unknown') continue;
      countType(types, entry);
      progress?.advance();
    }
  } catch (error) {
    if (!io.interrupts.first.aborted) throw error;
    const next = 'run it again for the others';
    throw new CliError(
      'ERR_INTERRUPTED',
      `Interrupted; ${counted(counts.purged, 'message was', 'messages were')} removed.`,
      { next },
    );
  } finally {
    progress?.[Symbol.dispose]();
  }
  const messages = record?.total ?? 0;
  output.data({
    ...found,
    dry_run: false,
    messages,
    types,
    ...counts,
    operation: isRecorded ? (record?.id ?? null) : null,
    exported: exportTo ?? null,
  });
  output.text(safe`removed ${counts.purged} of ${counted(messages, 'message')}`);
  if (counts.gone > 0)
    output.remark(
      safe`${were(counts.gone)} claimed, replayed or removed by somebody else meanwhile, and not touched.`,
    );
  if (!isRecorded)
    output.warn(
      'ERR_DISK_FULL',
      'The disk was full to the last, so which ids were removed is not written down, or not all of it.',
    );
  else if (record !== undefined)
    output.remark(safe`their ids are in operations/${record.id}: ${program} purge --log`);
  return counts.gone + counts.unknown === 0 ? ExitCode.ok : ExitCode.partlyDone;
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
