import stringWidth from 'string-width';
import type { BoxSummary, DeadLetter, Entry, Holder } from '@tapps-agents/queue';
import { describe, expect, it, vi } from 'vitest';
import { boxes } from '../../src/render/boxes.ts';
import { styleFor } from '../../src/render/style.ts';
import { screenLines } from '../../src/watch/screen-lines.ts';
import { bar, fitted } from '../../src/watch/screen-text.ts';
import { afterLook, FIRST_STATE, MOST_EVENTS, MOST_RATES } from '../../src/watch/screen-state.ts';
import type { ScreenState } from '../../src/watch/screen-state.ts';
import type { Look } from '../../src/watch/watcher.ts';
import { inReadme } from '../support/readme-screen.ts';

const NOW_MS = Date.parse('2026-01-09T14:03:22Z');
const plain = styleFor(false);
const HOLDER: Holder = {
  owner: 'a1b2c3d4',
  agentId: 'coder',
  pid: 4711,
  host: 'build-1',
  state: 'alive',
  detached: false,
  timeLeft_ms: null,
  beatAt_ms: NOW_MS - 2_000,
};

function box(kind: 'inbox' | 'outbox', agentId: string, fields: Partial<BoxSummary> = {}): BoxSummary {
  const none = { ready: 0, delayed: 0, leased: 0, dead: 0, unadopted: 0, finished: 0 };
  const nothing = { oldestReady_ms: null, holders: [], unlisted: [], readyTypes: [], workers: 0 };
  return { box: { kind, agentId }, registered: true, ...none, ...nothing, ...fields };
}

function entry(messageId: string, state: Entry['state'], deliveries = 1): Entry {
  const counters = { deliveries, failures: 0, releases: 0, run: 0 };
  const times = { createdAt_ms: NOW_MS, readyAt_ms: null, expiresAt_ms: null, processedAt_ms: null };
  return {
    ...counters,
    ...times,
    messageId,
    state,
    box: { kind: 'inbox', agentId: 'coder' },
    messageType: 'task_assignment',
    entryId: `${state}/${messageId}`,
    priority: 'medium',
    owner: state === 'leased' ? HOLDER.owner : null,
  };
}

function letter(messageId: string, code: 'rejected' | 'exhausted', reason: string): DeadLetter {
  return {
    entry: entry(messageId, 'dead'),
    location: 'x',
    reason: {
      reason_version: '1.0',
      code,
      reason,
      details: [],
      message: { message_id: messageId, message_type: null, workflow_id: null, task_id: null },
      origin: { box: 'inbox', agent_id: 'coder', file: 'x' },
      quarantined_at: new Date(NOW_MS - 312_000).toISOString(),
      quarantined_by: { agent_id: null, owner: null, pid: null, host: null },
      deliveries: 1,
      failures: 1,
      replays: 0,
      expires_at: null,
      history: [],
    },
  };
}

const COUNT = { messageType: 'task_assignment', delivery: 1, count: 1 };
const BOX = { kind: 'inbox', agentId: 'coder' } as const;

/** A fixed state, which the README shows. */
function look(hostile = ''): Look {
  return {
    inspection: {
      root: '/srv/app/.tapps-agents/messages',
      takenAt: new Date(NOW_MS).toISOString(),
      boxes: [
        box('inbox', 'coder', {
          ready: 12,
          delayed: 1,
          leased: 2,
          dead: 2,
          finished: 24,
          oldestReady_ms: 14_000,
          holders: [{ ...HOLDER, leases: 2 }],
        }),
        box('inbox', `reviewer${hostile}`, {
          ready: 3,
          oldestReady_ms: 75_000,
          readyTypes: ['task_assignment'],
        }),
        box('outbox', 'coder', { ready: 5, finished: 20, oldestReady_ms: 3_000 }),
      ],
      pauses: [],
      temporary: 0,
      window_ms: 60_000,
      isFinishedComplete: true,
      unreadable: [],
    },
    inHand: [
      { entry: entry(`fix-login${hostile}`, 'leased', 2), holder: HOLDER },
      { entry: entry('add-tests', 'leased'), holder: HOLDER },
    ],
    dead: [
      letter('port-parser', 'rejected', `no such branch: feature/x${hostile}`),
      letter('upload-logs', 'exhausted', 'The message was delivered 5 times and never finished.'),
    ],
    events: [
      {
        event: 'arrived',
        at_ms: NOW_MS - 9_000,
        box: BOX,
        agentId: 'coder',
        messageId: null,
        ...COUNT,
        count: 3,
      },
      { event: 'taken', at_ms: NOW_MS - 4_000, box: BOX, agentId: 'coder', messageId: 'add-tests', ...COUNT },
      {
        event: 'died',
        at_ms: NOW_MS - 1_000,
        box: BOX,
        agentId: 'coder',
        messageId: `port-parser${hostile}`,
        ...COUNT,
      },
    ],
  };
}

function fixedState(hostile = ''): ScreenState {
  return { ...afterLook(FIRST_STATE, look(hostile), NOW_MS), rates: [3, 8, 14, 20, 18, 26, 31, 40, 38, 44] };
}

function shown(state: ScreenState, columns: number, rows: number): readonly string[] {
  const screen = { columns, rows, style: plain, root: '.tapps-agents/messages' };
  return screenLines(state, screen).map((line) => String(line).trimEnd());
}

describe('the screen of watch', () => {
  it('is in the README as it is, in 80 columns', () => {
    expect(inReadme('watch')).toBe(shown(fixedState(), 80, 24).join('\n'));
  });

  it('shows what inspect shows, which the README has as well', () => {
    const layout = { columns: 80, wrapAt: 80, style: plain, program: 'tapps-mq', now_ms: NOW_MS };
    expect(inReadme('inspect')).toBe(String(boxes(look().inspection, layout)));
  });

  it.each([
    [80, 24],
    [200, 50],
    [60, 14],
    [40, 10],
    [20, 5],
  ])('is never larger than %i columns and %i rows', (columns, rows) => {
    for (const state of [
      FIRST_STATE,
      fixedState(),
      { ...fixedState(), overlay: { kind: 'help' } as const },
    ]) {
      const lines = shown(state, columns, rows);
      expect(lines.length).toBeLessThanOrEqual(rows);
      if (columns >= 40) for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('keeps what matters in 40 columns: what waits, what is in hand, what died, since when', () => {
    const state = fixedState();
    const { inspection, dead, ...rest } = look();
    const unnamed = ['k8bire', '2m9x0q'].map((nonce) => ({
      ...letter('x', 'rejected', 'not JSON'),
      entry: {
        ...entry('x', 'dead'),
        messageId: null,
        entryId: `dlq/inbox/coder/20261129T123157_752Z_unidentified%hle0ib66ll30sv_unknown~p1.d1~${nonce}.json`,
      },
    }));
    const [first, ...others] = inspection.boxes;
    const big = { ...first!, ready: 123_456, oldestReady_ms: 98_765_000 };
    const shut = { ...box('inbox', 'tester', { unlisted: ['ready', 'dead'], dead: 3 }) };
    const pauses = [{ agentId: 'tester', pausedAt: '', pausedBy: null, note: null }];
    const narrow = {
      ...rest,
      dead: [...dead, ...unnamed],
      inspection: { ...inspection, pauses, boxes: [big, ...others, shut] },
    };
    expect(`\n${shown({ ...state, look: narrow }, 40, 24).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      tapps-mq …  44 done/min  live  14:03:22Z

        BOX          READY LEASED  DEAD OLDEST
      › in/coder      123k      2     2  1d 3h
        in/reviewer      3      0     0 1m 15s
        out/coder        5      0     0     3s
        in/tester  ‖     ?      0   >=3      ?

        IN HAND  2
        fix-login       #2  alive 2s ago, pid…
        add-tests       #1  alive 2s ago, pid…

        DEAD LETTERS  5
        port-parser    rejected         5m 12s
        upload-logs    exhausted        5m 12s
        …p1.d1~k8bire  rejected         5m 12s
        …p1.d1~2m9x0q  rejected         5m 12s

        EVENTS
        14:03:21Z died port-parser in inbox/…
        14:03:18Z taken add-tests in inbox/c…
        14:03:13Z arrived 3 in inbox/coder

      ↑↓ tab enter p r space  ? help  q quit
      "
    `);
    expect(shown({ ...state, overlay: { kind: 'help' } }, 40, 24).join('\n')).toMatchInlineSnapshot(`
      "tapps-mq …  44 done/min  live  14:03:22Z

        ↑ ↓ or k j choose a line; 1-5 of 8 ↓:
            more below
        tab the next section: boxes, in hand,
            dead letters
        enter open the chosen box: its first
            messages; or the chosen message:
            content, why it died, history; esc
            closes it
        p pause the chosen agent, or resume it
        r replay the dead letter, or all of
            the chosen box; asks first
        space hold the screen still, or let it
            go on
        ?  this help
        q quit (Ctrl-C quits too, with exit
            code 130)
        ‖  beside an agent: it is paused




      esc close  q quit"
    `);
  });

  it.each([40, 62, 80, 120])(
    'says of a paused agent that it is, however long its name, in %i columns',
    (columns) => {
      const { inspection, ...rest } = look();
      const names = ['coder', 'release-manager', 'r'.repeat(90)];
      const paused = {
        ...rest,
        inspection: {
          ...inspection,
          boxes: names.map((name) => box('inbox', name)),
          pauses: [{ agentId: null, pausedAt: '', pausedBy: null, note: null }],
        },
      };
      for (const line of shown({ ...fixedState(), look: paused }, columns, 24).slice(3, 6))
        expect(line).toMatch(/^. in(?:box)?\/\S+ +(?:‖|\(paused\)) +\d/);
    },
  );

  it('says which part of a list is shown where there is no room for all, and where more is', () => {
    const { inspection, dead, ...rest } = look();
    const boxes = Array.from({ length: 8 }, (_, index) => box('inbox', `agent-${index}`, { dead: 3 }));
    const letters = Array.from({ length: 9 }, (_, index) => letter(`m-${index}`, 'rejected', 'no'));
    const many = { ...rest, dead: [...dead, ...letters], inspection: { ...inspection, boxes } };
    const of = (chosen: number, columns = 80): string =>
      shown(
        { ...fixedState(), look: many, chosen: { ...FIRST_STATE.chosen, boxes: chosen } },
        columns,
        24,
      ).join('\n');
    expect(of(0)).toMatch(/^ {2}BOX {2}1-4 of 8 ↓ +READY/m);
    expect(of(4)).toMatch(/^ {2}BOX 3-6 of 8 ↑↓ +READY[^]*^› inbox\/agent-4/m);
    expect(of(7)).toMatch(/^ {2}BOX {2}5-8 of 8 ↑ +READY[^]*^› inbox\/agent-7/m);
    expect(of(0, 40)).toMatch(/^ {2}BOX 1-4\/8 ↓ +READY/m);
    expect(of(0)).toMatch(/^ {2}DEAD LETTERS {2}1-5 of 24 ↓$/m);
  });

  it('shows a mark, not nothing, for what cannot be listed', () => {
    const shut = box('inbox', 'tester', { unlisted: ['ready', 'leased', 'dead'], leased: 2 });
    const { inspection, ...rest } = look();
    const lines = shown(
      { ...fixedState(), look: { ...rest, inspection: { ...inspection, boxes: [shut] } } },
      80,
      24,
    );
    expect(lines[3]).toMatch(/^› inbox\/tester +\? +\? +>=2 +\? +\? +0$/);
    const layout = { columns: 80, style: plain, program: 'tapps-mq', now_ms: NOW_MS };
    const unreadable = [{ place: 'inbox/tester', detail: 'Could not list inbox/tester (EACCES).' }];
    const table = String(boxes({ ...inspection, boxes: [shut], unreadable }, layout));
    expect(table.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^inbox\/tester +\? +\? +>=2 +\? +\? +0$/),
      '  ! not counted, as it cannot be looked at: Could not list inbox/tester (EACCES): tapps-mq doctor',
    ]);
  });

  it('shows how to answer a question, however long the name in it is', () => {
    const act = vi.fn<() => Promise<string>>();
    for (const [id, columns] of [
      ['m-0165', 40],
      ['dlq/inbox/coder/20261129T123157_752Z_unidentified%hle0ib66ll30sv_unknown~p1.d1~k8bire.json', 80],
    ] as const) {
      const overlay = { kind: 'question', text: `Replay ${id} to inbox/coder?`, act } as const;
      const last = shown({ ...fixedState(), overlay }, columns, 24).at(-1) ?? '';
      expect(last).toMatch(/^Replay \S+.*… {2}y yes {2}n no/);
      expect(stringWidth(last)).toBeLessThan(columns);
    }
  });

  it('has a help that is not cut at 80 columns', () => {
    for (const line of shown({ ...fixedState(), overlay: { kind: 'help' } }, 80, 24))
      expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it('lets no hostile text act on the terminal', () => {
    const text = shown(fixedState('\u001b]0;owned\u0007\u202e\n\u009b2J'), 200, 50).join('\n');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain(String.raw`\u001b]0;owned`);
  });

  it('keeps a bounded memory, however long it runs', () => {
    let state = FIRST_STATE;
    for (let round = 0; round < 500; round += 1) state = afterLook(state, look(), NOW_MS + round);
    expect([state.events.length, state.rates.length]).toEqual([MOST_EVENTS, MOST_RATES]);
  });
});

it('draws bars in eighths, and anything above nothing is seen', () => {
  expect([bar(0, 10, 4), bar(1, 1_000, 4), bar(5, 10, 4), bar(10, 10, 4), bar(9, 32, 1)]).toEqual([
    '',
    '▏',
    '██',
    '████',
    '▎',
  ]);
});

it('fits text of any width into columns', () => {
  expect(String(fitted('漢字漢字', 5))).toBe('漢字…');
  expect(String(fitted('ab', 4, 'right'))).toBe('  ab');
  expect(stringWidth(String(fitted('漢字漢字', 4)))).toBe(4);
});
