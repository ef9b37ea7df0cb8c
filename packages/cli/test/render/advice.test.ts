import type { BoxSummary, Inspection, Pause } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { adviceOnBox, adviceOnQueue } from '../../src/render/advice.ts';
import { shellWord } from '../../src/shell-word.ts';
import { HOLDER } from '../support/sample-holder.ts';

const NOW_MS = Date.parse('2026-01-09T12:00:00Z');
const HOLDING = { ...HOLDER, leases: 1 } as const;

function box(fields: Partial<BoxSummary> = {}): BoxSummary {
  return {
    box: { kind: 'inbox', agentId: 'coder' },
    registered: true,
    ready: 0,
    delayed: 0,
    leased: 0,
    dead: 0,
    oldestReady_ms: null,
    unadopted: 0,
    holders: [],
    finished: 0,
    unlisted: [],
    readyTypes: ['task_assignment'],
    workers: 0,
    ...fields,
  };
}

function commands(summary: BoxSummary, pauses: readonly Pause[] = []): readonly (string | null)[] {
  return adviceOnBox(summary, pauses, 'tapps-mq', NOW_MS).map(({ command }) => command);
}

function inspection(fields: Partial<Inspection> = {}): Inspection {
  return {
    root: '/mq',
    takenAt: '2026-01-09T12:00:00Z',
    boxes: [box()],
    pauses: [],
    temporary: 0,
    window_ms: 60_000,
    isFinishedComplete: true,
    unreadable: [],
    ...fields,
  };
}

const PAUSE: Pause = {
  agentId: 'coder',
  pausedAt: '2026-01-09T11:58:00Z',
  pausedBy: 'operator',
  note: 'bad deploy',
};

describe('advice on a box', () => {
  it('has none when all is well', () => {
    expect(commands(box({ ready: 3, oldestReady_ms: 59_999, leased: 1, holders: [HOLDING] }))).toEqual([]);
  });

  it('names a process that lives, and has been silent for longer than its lease', () => {
    const beaten = (ago_ms: number): Partial<BoxSummary> => ({
      leased: 1,
      holders: [{ ...HOLDING, beatAt_ms: NOW_MS - ago_ms, lease_ms: 30_000 }],
    });
    expect(commands(box(beaten(37_000)))).toEqual([]);
    const [advice] = adviceOnBox(box(beaten(40_000)), [], 'tapps-mq', NOW_MS);
    expect(advice).toEqual({
      level: 'warning',
      text: '1 message held by a process that has shown no sign of life for 40s, longer than its lease of 30s (pid 4711 on build-1): it is stopped, or its computer sleeps or is overloaded. If it was stopped, kill -CONT 4711 lets it go on. A consumer of this box takes it over once it has seen that silence itself',
      command: 'tapps-mq work --agent coder --exec COMMAND',
    });
    // By hand there are no signs of life, and of one that is gone that is said.
    const [holder] = beaten(40_000).holders ?? [];
    for (const other of [{ detached: true }, { state: 'dead' as const, leases: 0 }])
      expect(commands(box({ holders: [{ ...holder!, ...other }] }))).toEqual([]);
  });

  it('sends whoever finds dead letters to the reasons', () => {
    expect(commands(box({ dead: 2 }))).toEqual(['tapps-mq dlq --agent coder']);
  });

  it('asks for a worker when ready messages wait and nobody holds any', () => {
    expect(commands(box({ ready: 1, oldestReady_ms: 60_000 }))).toEqual([
      'tapps-mq work --agent coder --exec COMMAND',
    ]);
    expect(commands(box({ ready: 1, oldestReady_ms: 60_000, holders: [HOLDING] }))).toEqual([]);
  });

  it.each([
    [
      ['task_assignment'],
      0,
      '; is a worker running, and does it take the type task_assignment? To start one',
      'tapps-mq work --agent coder --exec COMMAND',
    ],
    [
      ['code_review'],
      0,
      '; is a worker running, and does it take the type code_review? No command can be given such messages, only a program of your own. Who works for it',
      'tapps-mq inspect coder',
    ],
    [
      ['code_review', 'deploy'],
      1,
      ', though a worker runs, which does not take the types code_review, deploy, it seems. No command can be given such messages, only a program of your own. Who works for it',
      'tapps-mq inspect coder',
    ],
    [
      ['task_assignment'],
      2,
      ', though 2 workers run, which do not take the type task_assignment, it seems. To start one that does',
      'tapps-mq work --agent coder --exec COMMAND',
    ],
  ])('says of %j with %i workers that nobody takes it', (readyTypes, workers, words, command) => {
    const neglected = box({ ready: 1, oldestReady_ms: 60_000, readyTypes, workers });
    expect(adviceOnBox(neglected, [], 'tapps-mq', NOW_MS)).toEqual([
      {
        level: 'warning',
        text: `ready messages are up to 1m old and nobody holds any${words}`,
        command,
      },
    ]);
  });

  it('blames the pause, not the worker, while paused', () => {
    const advice = adviceOnBox(box({ ready: 1, oldestReady_ms: 60_000 }), [PAUSE], 'tapps-mq', NOW_MS);
    expect(advice).toEqual([
      {
        level: 'warning',
        text: 'paused for 2m, by operator: bad deploy',
        command: 'tapps-mq resume --agent coder',
      },
    ]);
  });

  it.each(['dead', 'absent'] as const)('names a holder that is %s', (state) => {
    const [advice] = adviceOnBox(
      box({ leased: 2, holders: [{ ...HOLDING, state, leases: 2 }] }),
      [],
      'tapps-mq',
      NOW_MS,
    );
    expect(advice?.text).toContain('2 messages held by a process that is gone (pid 4711 on build-1)');
    expect(advice?.command).toBe('tapps-mq work --agent coder --exec COMMAND');
  });

  it('names an inbox whose agent nobody has registered', () => {
    expect(commands(box({ registered: false, ready: 1 }))).toEqual(['tapps-mq agents register coder']);
    expect(commands(box({ registered: false }))).toEqual([]);
  });

  it('quotes names that a shell would take apart', () => {
    expect(commands(box({ box: { kind: 'inbox', agentId: "it's $HOME" }, dead: 1 }))).toEqual([
      `tapps-mq dlq --agent ${shellWord("it's $HOME")}`,
    ]);
  });

  it('mentions files of other programs, and reports that nobody collects', () => {
    expect(commands(box({ unadopted: 1 }))).toEqual([null]);
    expect(
      commands(box({ box: { kind: 'outbox', agentId: 'coder' }, ready: 1, oldestReady_ms: 70_000 })),
    ).toEqual(['tapps-mq receive --agent coder --outbox']);
  });
});

describe('advice on the queue', () => {
  it('has none when all is well', () => {
    expect(adviceOnQueue(inspection(), 'tapps-mq', NOW_MS)).toEqual([]);
  });

  it('says what could not be looked at, the first few by name, and takes nobody for missing then', () => {
    const unreadable = Array.from({ length: 7 }, (_, index) => ({
      place: `inbox/a${index}`,
      detail: `Could not list inbox/a${index}`,
    }));
    const advice = adviceOnQueue(inspection({ boxes: [], unreadable }), 'tapps-mq', NOW_MS);
    expect(advice).toHaveLength(6);
    expect(advice[0]).toEqual({
      level: 'warning',
      text: 'not counted, as it cannot be looked at: Could not list inbox/a0',
      command: 'tapps-mq doctor',
    });
    expect(advice.at(-1)?.text).toBe('the same of 2 other places');
  });

  it('names the pause of everything, pauses without a box, missing agents and temporary files', () => {
    const pauses = [
      { ...PAUSE, agentId: null, note: null },
      { ...PAUSE, agentId: 'codr' },
    ];
    const advice = adviceOnQueue(
      inspection({ boxes: [], pauses, temporary: 1 }),
      'tapps-mq --root x',
      NOW_MS,
    );
    expect(advice.map(({ command }) => command)).toEqual([
      'tapps-mq --root x resume',
      'tapps-mq --root x resume --agent codr',
      'tapps-mq --root x agents register NAME',
      'tapps-mq --root x doctor',
    ]);
    // The doctor knows none that is younger: it may still be written.
    expect(advice.at(-1)?.text).toMatch(/untouched for an hour .*To see whether it is that old$/);
  });
});
