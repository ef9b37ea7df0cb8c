import type { OperationRecord } from '@tapps-agents/queue';
import type { Core } from '../../../../packages/queue/src/core.ts';
import type { Store } from '../../../../packages/queue/src/store.ts';
import { FileOperationLog } from '../../../../packages/queue/src/file-store/operation-log.ts';
import { traceOfRevival } from '../../../../packages/queue/src/file-store/reviving.ts';
import { isObject } from '../../../../packages/queue/src/is-object.ts';
import { entryFrom, logged } from '../../../../packages/queue/src/operating/operation-set.ts';
import { operationsAbout } from '../../../../packages/queue/src/operating/operations-about.ts';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { FUZZED_ROOT, isBelow } from '../hostile-file-system.ts';
import { mustBePlain } from '../rules/prototypes.ts';
import { tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { sampleEntry } from '../sample-entry.ts';
import { sampleReport } from '../sample-report.ts';
import { drawnJson } from '../structured.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';

const ID = '20260101T000000_000Z-op0000';
const MESSAGE_ID = 'm-1';
const encoder = new TextEncoder();
const clock = new ManualClock();

const RECORD = {
  operation: ID,
  started_at: '2026-01-01T00:00:00.000Z',
  ended_at: null,
  kind: 'replay',
  by: 'ann@build-3 pid 4711',
  asked: { from: 'dead', filter: { agentId: 'coder' }, to: 'lead', force: true, rate: 5 },
  total: 2,
  parts: 1,
  next: { part: 0, index: 1 },
  tally: { replayed: 1 },
  resumed: [{ by: 'bob@build-3 pid 4712', at: '2026-01-01T00:10:00.000Z', done: 1, exact: false }],
  resumed_before: 1,
};
const ENTRY = sampleEntry('dead', { entryId: 'dlq/inbox/coder/x.json', messageId: MESSAGE_ID });
const ITEMS = [
  { entry: ENTRY, run: null, text: null },
  {
    entry: { ...ENTRY, state: 'processed', entryId: 'processed/inbox/coder/w/t/m-1.json' },
    run: 2,
    text: null,
  },
  { entry: ENTRY, run: null, text: '{"schema_version": "1.0"}' },
];

/** What takes an item of a set for an entry. */
export type ReadEntry = typeof entryFrom;

/** Records of operations and their sets: read by the log, by what tells of a message, and shown. */
export const operationFilesTarget = (read: ReadEntry = entryFrom): Target => ({
  name: 'operation-files',
  about: 'records of replays and purges, and the sets that go with them',
  kind: 'memory',
  share: 2,
  material: (seed) => ({
    seeds: [
      ...[RECORD, { ...RECORD, kind: 'purge', ended_at: RECORD.started_at }].map((value) =>
        encoder.encode(JSON.stringify(value)),
      ),
      encoder.encode(ITEMS.map((item) => `${JSON.stringify(item)}\n`).join('')),
      ...drawnJson(seed).slice(0, 3),
    ],
  }),
  async run(input) {
    const record = await asRecord(input);
    await asSet(input, record ?? null, read);
  },
});

async function asRecord(content: Uint8Array): Promise<OperationRecord | undefined> {
  const log = new FileOperationLog(fuzzedDisk({ content, names: ['record.json'] }));
  const record = await tolerating('read a record', () => log.read(ID));
  if (record === undefined) return undefined;
  mustBePlain(record, 'a record of an operation');
  const { parts, next, tally } = record;
  for (const count of [record.total, parts, next.part, next.index, ...Object.values(tally)])
    if (!Number.isSafeInteger(count) || count < 0) throw new Violation('operation', `counts ${count}`);
  if (seldom(content, 4)) render.operations([record]);
  return record;
}

async function asSet(content: Uint8Array, record: OperationRecord | null, read: ReadEntry): Promise<void> {
  const disk = fuzzedDisk({ content, names: ['set~0.ndjson'] });
  const log = new FileOperationLog(disk);
  const items = await tolerating('read a set', () => log.part(ID, 0));
  for (const item of items ?? []) examineEntry(isObject(item) ? item['entry'] : item, read);
  const operationLog = {
    part: log.part.bind(log),
    partAbout: log.partAbout.bind(log),
    read: async () => await Promise.resolve(record ?? KNOWN),
    list: async function* list(): AsyncGenerator<OperationRecord> {
      yield await Promise.resolve(record ?? KNOWN);
    },
  };
  const store = {
    operationLog,
    traceOfRevival: (...asked: Parameters<Store['traceOfRevival']>) => traceOfRevival(disk, ...asked),
  };
  const core = { store, definitions: [], clock } as unknown as Core;
  await tolerating('logged', async () => {
    for await (const entry of logged(core, ID)) examineEntry(entry, read);
  });
  const about = await tolerating('operations about a message', () => operationsAbout(core, MESSAGE_ID));
  if (about === undefined || !seldom(content, 4)) return;
  render.message(sampleReport({ operations: about, origin: about.marks[0] ?? null }));
}

/** For sets, which are read as their record says. */
const KNOWN: OperationRecord = {
  id: ID,
  kind: 'replay',
  by: 'ann',
  startedAt: RECORD.started_at,
  endedAt: null,
  asked: RECORD.asked,
  total: 2,
  parts: 1,
  next: { part: 0, index: 0 },
  tally: {},
};

/** What is taken for an entry leads to a file below the root, or nowhere. */
function examineEntry(value: unknown, read: ReadEntry): void {
  const entry = read(value);
  if (entry === null) return;
  mustBePlain(entry, 'an entry of a set');
  if (!isBelow(`${FUZZED_ROOT}/${entry.entryId}`, FUZZED_ROOT))
    throw new Violation('path left its root', JSON.stringify(entry.entryId));
  if (entry.entryId.split('/').some((part) => part === '..' || part === '.'))
    throw new Violation('path left its root', JSON.stringify(entry.entryId));
}
