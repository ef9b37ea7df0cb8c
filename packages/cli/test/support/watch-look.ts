import type { BoxSummary, DeadLetter, Entry, Holder } from '@tapps-agents/queue';
import { styleFor } from '../../src/render/style.ts';
import { screenLines } from '../../src/watch/screen-lines.ts';
import { afterLook, FIRST_STATE } from '../../src/watch/screen-state.ts';
import type { ScreenState } from '../../src/watch/screen-state.ts';
import type { Look } from '../../src/watch/watcher.ts';
import { HOLDER } from './sample-holder.ts';

/** When it is shown. */
export const NOW_MS = Date.parse('2026-01-09T14:03:22Z');
/** No colours. */
export const plain = styleFor(false);
const BEATING: Holder = { ...HOLDER, beatAt_ms: NOW_MS - 2_000 };

/** A box, empty but for these fields. */
export function box(kind: 'inbox' | 'outbox', agentId: string, fields: Partial<BoxSummary> = {}): BoxSummary {
  const none = { ready: 0, delayed: 0, leased: 0, dead: 0, unadopted: 0, finished: 0 };
  const nothing = { oldestReady_ms: null, holders: [], unlisted: [], readyTypes: [], workers: 0 };
  return { box: { kind, agentId }, registered: true, ...none, ...nothing, ...fields };
}

/** A message of coder. */
export function entry(messageId: string, state: Entry['state'], deliveries = 1): Entry {
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
    owner: state === 'leased' ? BEATING.owner : null,
  };
}

/** A dead letter of coder. */
export function letter(messageId: string, code: 'rejected' | 'exhausted', reason: string): DeadLetter {
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

const COUNT = { messageType: 'task_assignment', delivery: 1, count: 1, how: null };
const BOX = { kind: 'inbox', agentId: 'coder' } as const;

/** A fixed state, which the README shows; `hostile`: what ids and reasons contain. */
export function look(hostile = ''): Look {
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
          holders: [{ ...BEATING, leases: 2 }],
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
      { entry: entry(`fix-login${hostile}`, 'leased', 2), holder: BEATING },
      { entry: entry('add-tests', 'leased'), holder: BEATING },
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

/** The state after that look. */
export function fixedState(hostile = ''): ScreenState {
  return { ...afterLook(FIRST_STATE, look(hostile), NOW_MS), rates: [3, 8, 14, 20, 18, 26, 31, 40, 38, 44] };
}

/** The screen in so many columns and rows. */
export function shown(state: ScreenState, columns: number, rows: number): readonly string[] {
  const screen = { columns, rows, style: plain, root: '.tapps-agents/messages' };
  return screenLines(state, screen).map((line) => String(line).trimEnd());
}
