import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKER } from './workload.ts';

/**
 * Puts finished messages into the ledger of a messages directory, by the form that docs/protocol.md gives:
 * processed/inbox/<agent>/<workflow>/<task>/<id>.json. All of one task, the one that the workload sends to: one directory
 * with all of them is the worst case.
 */
export function fillLedger(root: string, count: number): void {
  const directory = join(root, 'processed', 'inbox', WORKER, 'bench', 'bench');
  mkdirSync(directory, { recursive: true });
  for (let number = 0; number < count; number += 1)
    writeFileSync(
      join(directory, `00000000-0000-7000-8000-${String(number).padStart(12, '0')}.json`),
      '{}\n',
    );
}
