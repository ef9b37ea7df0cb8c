import { QueueError, QueueEvents } from '@tapps-agents/queue';
import { reportError } from '../../../../packages/cli/src/error-report.ts';
import type { Io } from '../../../../packages/cli/src/io.ts';
import { Output } from '../../../../packages/cli/src/output.ts';
import { sanitize, sanitizeBlock, type SafeText } from '../../../../packages/cli/src/render/safe-text.ts';
import { WorkReport } from '../../../../packages/cli/src/exec/work-report.ts';
import { check, render } from '../rules/rendered.ts';
import { mustBeTerminalSafe } from '../rules/terminal.ts';
import { sampleEntry } from '../sample-entry.ts';
import { sampleReport } from '../sample-report.ts';
import { drawnIds } from '../structured.ts';
import type { Target } from '../target.ts';
import { HOSTILE_TEXTS } from '../dictionary.ts';

const encoder = new TextEncoder();

/** How the cli makes text from anywhere safe. */
export type Sanitize = (text: string) => SafeText;

/** Text from disk, in every place where the cli shows such text. */
export function shownTextTarget(toSafe: Sanitize = sanitize): Target {
  return {
    name: 'shown-text',
    about: 'everything that the cli prints of what comes from disk',
    kind: 'memory',
    share: 0.4,
    material: (seed) => ({
      seeds: [...drawnIds(seed), ...HOSTILE_TEXTS.map((text) => encoder.encode(text))],
    }),
    run(input) {
      const text =
        input.byteLength % 4 === 0 ? Buffer.from(input).toString('utf16le') : new TextDecoder().decode(input);
      mustBeTerminalSafe(String(toSafe(text)), 'a line');
      check('a block', () => sanitizeBlock(text), { text, [text]: [text] });
      // Ids have at most 512 characters; what may be longer is shown as a block, or shortened.
      showEverywhere(text.slice(0, 600), text);
      report(text);
    },
  };
}

function showEverywhere(text: string, long: string): void {
  const box = { kind: 'outbox', agentId: text } as const;
  const entry = sampleEntry('dead', { box, entryId: text, owner: text, messageId: text, messageType: text });
  const holder = {
    owner: text,
    agentId: text,
    pid: 7,
    host: text,
    state: 'dead',
    detached: false,
    timeLeft_ms: null,
    beatAt_ms: null,
  } as const;
  const counts = {
    ready: 1,
    delayed: 1,
    leased: 1,
    dead: 1,
    oldestReady_ms: 99_000,
    unadopted: 1,
    finished: 1,
    unlisted: ['dead'],
    readyTypes: [text],
    workers: 1,
  } as const;
  const pause = { pausedAt: long, pausedBy: long, note: long };
  render.inspection({
    root: text,
    takenAt: text,
    boxes: [
      { box, registered: false, ...counts, holders: [{ ...holder, leases: 1 }] },
      {
        box: { kind: 'inbox', agentId: text },
        registered: false,
        ...counts,
        holders: [{ ...holder, pid: null, leases: 1 }],
      },
    ],
    pauses: [
      { ...pause, agentId: text },
      { ...pause, agentId: null },
      { ...pause, agentId: `${text}x` },
    ],
    temporary: 2,
    window_ms: 60_000,
    isFinishedComplete: true,
    unreadable: [{ place: text, detail: long }],
  });
  const operation = {
    id: text,
    kind: 'replay',
    by: text,
    startedAt: text,
    endedAt: text,
    asked: { [text]: long, to: text, force: true },
    total: 1,
    parts: 1,
    next: { part: 0, index: 1 },
    tally: { [text]: 1 },
  } as const;
  render.operations([operation]);
  const mark = { operation, entry, insteadId: text };
  const evidence = [{ place: text, detail: long, agentId: text }];
  const finding = {
    severity: 'warning',
    count: 1,
    text: long,
    evidence,
    mendable: false,
    mended: 0,
    setAside: 0,
  } as const;
  const codes = ['never_drained', 'foreign_files', 'unreadable', 'dead_letters', 'not_writable'] as const;
  const findings = codes.map((code) => ({ ...finding, code }));
  render.diagnosis({ root: text, takenAt: text, files: 1, findings });
  render.agent({
    agentId: text,
    takenAt: text,
    boxes: [{ box, registered: true, ...counts, holders: [{ ...holder, leases: 1 }] }],
    pauses: [{ ...pause, agentId: text }],
    next: [entry],
    delayed: [],
    leased: [],
    dead: [entry],
    window_ms: 60_000,
    isFinishedComplete: false,
  });
  render.deadLetters([{ entry, location: text, reason: null, reasonFault: long }]);
  const step = { entry, messageId: null, reason: null, to: box, outcome: 'will_fail', detail: long } as const;
  render.replaySteps([step]);
  const handBack = {
    kind: 'snoozed',
    delivery: 1,
    at: text,
    ready_at: text,
    agent_id: text,
    owner: text,
    pid: 7,
    host: text,
  } as const;
  render.message(
    sampleReport({
      entry,
      location: text,
      raw: long,
      holder,
      reasonFault: long,
      operations: { marks: [mark], isComplete: false },
      origin: mark,
      handBacks: [handBack],
    }),
  );
}

/** What `work` says of messages, and what is said of errors. */
function report(text: string): void {
  for (const json of [true, false]) {
    const printed: string[] = [];
    const sink = {
      isTerminal: true,
      write: (words: string) => void printed.push(words),
      drained: () => Promise.resolve(),
    };
    const io = { stdout: sink, stderr: sink, columns: 80, env: {} } as unknown as Io;
    const events = new QueueEvents();
    const output = new Output(io, { json, color: true });
    const told = new WorkReport(
      { output, io: { now: () => 0 }, program: 'tapps-mq' },
      { events, store: { pauses: () => Promise.resolve([]) } },
    );
    const box = { kind: 'inbox', agentId: text } as const;
    const event = {
      box,
      messageId: text,
      messageType: text,
      entryId: text,
      deliveries: 1,
      failures: 0,
    } as never;
    events.emit('acked', event);
    events.emit('quarantined', { ...(event as object), code: 'not_json', reason: text } as never);
    events.emit('retried', { ...(event as object), error: new Error(text), delay_ms: 1 } as never);
    events.emit('recovered', { ...(event as object), holder: { owner: text, pid: null } } as never);
    events.emit('unhandled', { box, messageType: text });
    events.emit('paused', { agentId: text });
    output.warn('ERR_IO', text);
    if (told.acked !== 1) throw new Error('The report was not told.');
    const error = new QueueError('ERR_UNKNOWN_AGENT', text, {
      agentId: text,
      path: text,
      cause: new Error(text),
    });
    reportError(error, io, { json, debug: true, color: true, program: 'tapps-mq' });
    mustBeTerminalSafe(printed.join(''), 'what is printed', { styled: true });
  }
}
