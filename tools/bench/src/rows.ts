import type { Row } from './row.ts';
import { backlogRow } from './rows/backlog.ts';
import { coldStartRow } from './rows/cold-start.ts';
import { emptyPollRow } from './rows/empty-poll.ts';
import { idleRow } from './rows/idle.ts';
import { importsRow } from './rows/imports.ts';
import { ledgerRow } from './rows/ledger.ts';
import { memoryRow } from './rows/memory.ts';
import { processesRow } from './rows/processes.ts';
import { retentionRow } from './rows/retention.ts';
import { throughputRows } from './rows/throughput.ts';
import { wakeUpRow } from './rows/wake-up.ts';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [
  ...throughputRows,
  processesRow,
  backlogRow,
  emptyPollRow,
  coldStartRow,
  ledgerRow,
  wakeUpRow,
  idleRow,
  memoryRow,
  importsRow,
  retentionRow,
];
