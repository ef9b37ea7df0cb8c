import { reasonOrFault } from '@tapps-agents/queue';
import { clipDeadLetterReason, serializeDeadLetterReason } from '@tapps-agents/contracts';
import { agentOf, agentsWith } from '../../../../packages/queue/src/file-store/agents.ts';
import { readReason } from '../../../../packages/queue/src/file-store/entries.ts';
import { initialise } from '../../../../packages/queue/src/file-store/initialise.ts';
import { FileJournal } from '../../../../packages/queue/src/file-store/journal.ts';
import { Pauses } from '../../../../packages/queue/src/file-store/pauses.ts';
import { encodeSegment } from '../../../../packages/queue/src/file-store/segment.ts';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { FUZZED_ROOT } from '../hostile-file-system.ts';
import { mustBePlain } from '../rules/prototypes.ts';
import { tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { sampleEntry } from '../sample-entry.ts';
import { sampleReport } from '../sample-report.ts';
import { drawnFailures, drawnJson, drawnReasons } from '../structured.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';

const box = { kind: 'inbox', agentId: 'coder' } as const;
const encoder = new TextEncoder();
const LONG = 'an agent with a name that is too long for a directory';
const SEGMENT = encodeSegment(LONG, 'agent');

const RECORDS: readonly unknown[] = [
  { agent_id: LONG },
  {
    agent_id: 'coder',
    paused_at: '2026-01-01T00:00:00.000Z',
    paused_by: 'operator',
    note: 'for the release',
  },
  { layout: 1, created_at: '2026-01-01T00:00:00.000Z' },
  { layout: 2 },
  { step: 'read', recorded_at: '2026-01-01T00:00:00.000Z', value: { files: ['a'] } },
];

/** Small records beside the messages, each read by everything that reads one, and shown. */
export const recordFilesTarget: Target = {
  name: 'record-files',
  about:
    'journal, step results, pauses, agents’ names, the layout’s version, reasons, as the engine reads them',
  kind: 'memory',
  share: 3,
  material: (seed) => ({
    seeds: [
      ...RECORDS.map((record) => encoder.encode(JSON.stringify(record))),
      ...drawnFailures(seed).slice(0, 30),
      ...drawnReasons(seed).slice(0, 5),
      ...drawnJson(seed).slice(0, 5),
    ],
  }),
  async run(input) {
    await journal(input);
    await pauses(input);
    await agents(input);
    await tolerating('open', () =>
      initialise(fuzzedDisk({ content: input, names: ['layout.json', 'inbox'] }), false),
    );
    const dead = sampleEntry('dead', { entryId: 'dlq/inbox/coder/x.json' });
    const disk = fuzzedDisk({ content: input, names: ['x.reason.json'] });
    const known = await reasonOrFault({ reason: (entry) => readReason(disk, entry) }, dead);
    if (seldom(input, 10)) render.deadLetters([{ entry: dead, location: 'x', ...known }]);
  },
};

async function journal(content: Uint8Array): Promise<void> {
  const disk = fuzzedDisk({
    content,
    names: ['failure~d1~a1b2c3.json', 'released~d1~a1b2c3.json', 'once~read.json', 'replayed~a1b2c3.json'],
  });
  const memory = FileJournal.of(disk, box, 'm-1');
  const failures = await memory.failures();
  const deaths = await memory.deaths();
  const handBacks = await memory.handBacks();
  mustBePlain([...failures, ...deaths, ...handBacks], 'the journal');
  if (seldom(content, 4)) render.message(sampleReport({ failures, deaths, handBacks }));
  // A message whose history could not be written down could never be quarantined.
  const written = serializeDeadLetterReason(
    clipDeadLetterReason({ ...REASON, details: [], history: [...failures] }),
  );
  if (written === '') throw new Violation('reason', 'is empty');
  const result = await memory.result('read');
  if (result !== undefined) mustBePlain(result.value, 'the result of a step');
}

async function pauses(content: Uint8Array): Promise<void> {
  const disk = fuzzedDisk({ content, names: ['all.json', 'agent~coder.json', `agent~${SEGMENT}.json`] });
  const found = await new Pauses(disk).list();
  if (found.length !== 3) throw new Violation('pause', 'a switch that is there was not found');
  if (seldom(content, 10))
    render.inspection({
      root: FUZZED_ROOT,
      takenAt: '2026-01-01T00:00:00.000Z',
      boxes: [],
      pauses: found,
      temporary: 0,
      window_ms: 60_000,
      isFinishedComplete: true,
      unreadable: [],
    });
}

async function agents(content: Uint8Array): Promise<void> {
  const disk = fuzzedDisk({ content, names: [SEGMENT], kind: 'directory' });
  const name = await agentOf(disk, SEGMENT);
  if (name !== null && encodeSegment(name, 'agent') !== SEGMENT) throw new Violation('agent', name);
  for (const { agentId } of await agentsWith(disk, 'inbox', rethrow)) isAgent(agentId);
}

function isAgent(agentId: string): void {
  if (/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(agentId) || agentId.length > 1_024)
    throw new Violation('no id', `an agent called ${JSON.stringify(agentId)}`);
}

const REASON = {
  code: 'rejected',
  reason: 'It can never be handled.',
  message: { message_id: 'm-1', message_type: null, workflow_id: null, task_id: null },
  origin: { box: 'inbox', agent_id: 'coder', file: 'x.json' },
  quarantined_at: '2026-01-01T00:00:00.000Z',
  quarantined_by: { agent_id: 'coder', owner: null, pid: null, host: null },
  deliveries: 1,
  failures: 1,
  replays: 0,
  expires_at: null,
} as const;

function rethrow(error: unknown): never {
  throw error;
}
