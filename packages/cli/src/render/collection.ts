import type { CollectionJson } from '../json/gc.ts';
import { bytesText } from './bytes.ts';
import { tableColumns, type Layout } from './layout.ts';
import { safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { table } from './table.ts';

const COLUMNS = [
  { title: 'CLASS' },
  { title: 'COUNT', align: 'right' },
  { title: 'FILES', align: 'right' },
  { title: 'SIZE', align: 'right' },
] as const;

/** What each class is, for people. */
const NAMES = {
  processed: 'finished messages (the ledger)',
  dead: 'dead letters, with their reasons',
  journals: 'journals of messages that are gone',
  temporary: 'temporary files of dead writers',
  owners: 'sessions of dead processes',
  records: 'records of replays and purges',
} as const;

/** What a run of retention removed, or would remove, class by class. */
export function collection({ classes }: CollectionJson, { style, wrapAt }: Layout): SafeText {
  const rows = classes.map(({ class: name, count, files, bytes }) => ({
    cells: [safe`${NAMES[name]}`, safe`${count}`, safe`${files}`, safe`${bytesText(bytes)}`],
  }));
  return table(COLUMNS, rows, tableColumns({ wrapAt }), style);
}
