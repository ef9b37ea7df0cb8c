import { expect, test } from 'vitest';
import { historyOf } from '../src/history.ts';
import { judge, type Counts } from '../src/oracle.ts';
import type { SoakEvent, SoakRecord } from '../src/soak-record.ts';
import type { SurveyedFile } from '../src/survey.ts';

/*
 * Recorded histories: each but the first has one fault, planted by hand, that the oracle must name. The message m was sent,
 * handled, acknowledged, and answered by a, whose collector has finished it.
 */

const EVENTS: readonly SoakEvent[] = [
  { event: 'attempt', id: 'm', digest: 'm', text: '' },
  { event: 'sent', id: 'm' },
  { event: 'admitted', id: 'm', entry: 'lease-1', held: true },
  { event: 'start', id: 'm', cause: null },
  { event: 'effect', id: 'm', key: 'key of m' },
  { event: 'finish', id: 'm', outcome: 'done' },
  { event: 'settled', id: 'm', entry: 'lease-1', how: 'acked' },
  { event: 'start', id: 'a', cause: 'm' },
  { event: 'effect', id: 'a', key: 'key of a' },
  { event: 'finish', id: 'a', outcome: 'done' },
  { event: 'settled', id: 'a', entry: 'lease-2', how: 'acked' },
];
const TASK: SurveyedFile = {
  path: 'processed/inbox/agent/w/t/m.json',
  place: 'processed',
  box: 'inbox',
  id: 'm',
  cause: null,
  digest: 'm',
};
const ANSWER: SurveyedFile = {
  ...TASK,
  path: 'processed/outbox/agent/w/t/a.json',
  box: 'outbox',
  id: 'a',
  cause: 'm',
  digest: 'a',
};
const FREE: SurveyedFile = file('locks/mutexes/retention/g4~free', 'token');
const KEPT = [TASK, ANSWER, FREE];
const APPLIED = ['key of m', 'key of a'];

function file(path: string, place: SurveyedFile['place']): SurveyedFile {
  return { path, place, box: null, id: null, cause: null, digest: '' };
}

function judged(
  events: readonly SoakEvent[],
  files: readonly SurveyedFile[] = KEPT,
  applied: readonly string[] = APPLIED,
): { rules: string[]; counts: Counts } {
  const records = events.map((event, index): SoakRecord => ({ at_us: index, ...event }));
  const { violations, counts } = judge({ history: historyOf([records]), files, applied: new Set(applied) });
  return { rules: [...new Set(violations.map(({ rule }) => rule))], counts };
}

const without = (event: SoakEvent['event'], id: string): SoakEvent[] =>
  EVENTS.filter((one) => !(one.event === event && 'id' in one && one.id === id));

test('a run in which every promise was kept', () => {
  const { rules, counts } = judged(EVENTS);
  expect(rules).toEqual([]);
  expect(counts).toMatchObject({
    attempted: 1,
    acknowledged: 1,
    handlings: 2,
    effects: 2,
    finished: 1,
    answers: 1,
  });
});

test('a message whose sender was killed before it heard of success counts as recovered', () => {
  const { rules, counts } = judged(without('sent', 'm'));
  expect(rules).toEqual([]);
  expect(counts).toMatchObject({ acknowledged: 0, recovered: 1, lost: 0 });
});

test('a message that was never sent in truth, and never handled, is no loss', () => {
  const { rules } = judged([...EVENTS, { event: 'attempt', id: 'n', digest: 'n', text: '' }]);
  expect(rules).toEqual([]);
});

test('a handler that ran to its end twice before the acknowledgement is a duplicate, which is allowed', () => {
  const again: SoakEvent[] = [
    { event: 'start', id: 'm', cause: null },
    { event: 'effect', id: 'm', key: 'key of m' },
    { event: 'finish', id: 'm', outcome: 'stopped' },
  ];
  const { rules, counts } = judged([...EVENTS, ...again]);
  expect(rules).toEqual([]);
  expect(counts).toMatchObject({ duplicates: 1, duplicateEffects: 0, effectAttempts: 3 });
});

test('one who was let at a message after it had lost its lease has broken no promise', () => {
  const late: SoakEvent = { event: 'admitted', id: 'm', entry: 'lease-0', held: false };
  expect(judged([...EVENTS, late]).rules).toEqual([]);
});

test('the record of an owner who was killed as it wrote it is no leftover that matters', () => {
  expect(judged(EVENTS, [...KEPT, file('locks/owners/x.json', 'cut owner')]).rules).toEqual([]);
});

const twiceAttempted: SoakEvent[] = [
  { event: 'attempt', id: 'm', digest: 'm', text: '' },
  { event: 'sent', id: 'm' },
];

test.each<
  [string, readonly string[], readonly SoakEvent[], (readonly SurveyedFile[])?, (readonly string[])?]
>([
  [
    'a sent message was dropped',
    ['lost', 'not kept', 'in two places'],
    [...EVENTS, { event: 'attempt', id: 'n', digest: 'n', text: '' }, { event: 'sent', id: 'n' }],
  ],
  ['a message came from nowhere', ['unexpected'], [...EVENTS, { event: 'start', id: 'x', cause: null }]],
  ['an answer to nobody', ['unexpected'], [...EVENTS, { event: 'start', id: 'x', cause: 'y' }]],
  [
    'a file came from nowhere',
    ['unexpected', 'not answered'],
    EVENTS,
    [TASK, ANSWER, FREE, { ...TASK, path: 'processed/inbox/agent/w/t/x.json', id: 'x' }],
  ],
  [
    'two acknowledgements succeeded',
    ['finished twice'],
    [...EVENTS, { event: 'settled', id: 'm', entry: 'lease-3', how: 'acked' }],
  ],
  [
    'a lease was settled by two',
    ['lease honoured twice'],
    [...EVENTS, { event: 'settled', id: 'm', entry: 'lease-1', how: 'released' }],
  ],
  [
    'a finished message was handled again',
    ['handled again'],
    [...EVENTS, { event: 'admitted', id: 'm', entry: 'lease-3', held: true }],
  ],
  [
    'an effect has two keys',
    ['effect twice'],
    [...EVENTS, { event: 'effect', id: 'm', key: 'another key of m' }],
    KEPT,
    [...APPLIED, 'another key of m'],
  ],
  ['an effect is missing', ['effect missing'], EVENTS, KEPT, ['key of a']],
  [
    'a copy was made',
    ['in two places'],
    EVENTS,
    [TASK, ANSWER, FREE, { ...TASK, path: 'copy', place: 'duplicate' }],
  ],
  ['a copy vanished', ['in two places'], [...EVENTS, ...twiceAttempted]],
  ['a message was damaged', ['damaged'], EVENTS, [{ ...TASK, digest: '?' }, ANSWER, FREE]],
  [
    'a dead letter has no reason',
    ['dead without a reason'],
    EVENTS,
    [{ ...TASK, path: 'dlq/inbox/agent/m.json', place: 'dead' }, ANSWER, FREE],
  ],
  ['a task was not answered', ['not answered'], EVENTS, [TASK, FREE]],
  [
    'a lease is left',
    ['not at rest', 'in two places'],
    EVENTS,
    [TASK, ANSWER, FREE, { ...TASK, path: 'l', place: 'leased' }],
  ],
  ['a temporary file is left', ['left over'], EVENTS, [TASK, ANSWER, FREE, file('tmp/x.tmp', 'temporary')]],
  ['an owner is left', ['left over'], EVENTS, [TASK, ANSWER, FREE, file('locks/owners/x.json', 'owner')]],
  [
    'a mutex is held',
    ['left over'],
    EVENTS,
    [TASK, ANSWER, file('locks/mutexes/retention/g4~held~x', 'token')],
  ],
  [
    'a mutex has two tokens',
    ['left over'],
    EVENTS,
    [TASK, ANSWER, FREE, file('locks/mutexes/retention/g5~free', 'token')],
  ],
])('is noticed: %s', (_name, rules, events, files, applied) => {
  expect(judged(events, files, applied).rules.toSorted()).toEqual([...rules].toSorted());
});
