import type { OperationRecord, Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { inChunks } from '../in-chunks.ts';
import { operationJson } from '../json/operation.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';

/** Rows of one table: a longer list is printed as several, in bounded memory. */
const ROWS_AT_ONCE = 100;

/** Which operations to list. */
export interface OperationFilter {
  readonly kind: OperationRecord['kind'];
  /** Only those that this message, or one whose id begins like this, was in. */
  readonly id?: string | undefined;
}

/** Prints who did what and when, the newest first. */
export async function listOperations(
  context: CommandContext,
  queue: Queue,
  filter: OperationFilter,
): Promise<ExitCode> {
  const { output } = context;
  const { operations } = await import('../render/operations.ts');
  let found = false;
  for await (const records of inChunks(chosen(queue, filter), ROWS_AT_ONCE)) {
    found = true;
    for (const record of records) output.data(operationJson(record));
    output.text(() => operations(records, layoutOf(context)));
    await output.drained();
  }
  if (found) return ExitCode.ok;
  throw new CliError(
    'ERR_NOTHING_MATCHED',
    `There is no record of a ${filter.kind}${filter.id === undefined ? '' : ' of that message'}.`,
    { next: `${context.program} inspect` },
  );
}

async function* chosen(queue: Queue, { kind, id }: OperationFilter): AsyncGenerator<OperationRecord> {
  for await (const record of queue.operations.log()) {
    if (record.kind !== kind) continue;
    if (id === undefined || (await concerns(queue, record, id))) yield record;
  }
}

async function concerns(queue: Queue, record: OperationRecord, id: string): Promise<boolean> {
  for await (const { messageId } of queue.operations.logged(record.id)) {
    if (messageId?.startsWith(id) === true) return true;
  }
  return false;
}
