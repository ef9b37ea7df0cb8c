import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkDrained, checkFound } from '../src/checks.ts';
import { collect, receive, work } from '../src/consumers.ts';
import { whyEmpty } from '../src/emptiness.ts';
import { noteEvents } from '../src/handler.ts';
import { historyOf } from '../src/history.ts';
import { lockAgainAndAgain } from '../src/locker.ts';
import { Notebook, readNotes, type Note } from '../src/notes.ts';
import { CODER, LEAD, plannedId, TESTER } from '../src/planned-message.ts';
import { produce } from '../src/producer.ts';
import type { PromisedNotes } from '../src/promised-notes.ts';
import { survey, type SurveyedFile } from '../src/survey.ts';

/* What was done on a healthy disk passes; the same with one thing spoilt, as the power might, does not. */

const place = mkdtempSync(join(tmpdir(), 'tapps-power-loss-test-'));
const root = join(place, 'project', 'messages');
const notesPath = join(place, 'notes');
const traits = { renamesByHalves: false };
let notes: readonly Note[] = [];
let files: readonly SurveyedFile[] = [];
let spoilt: SurveyedFile[] = [];

async function as(
  agent: string,
  notebook: Notebook,
  act: (queue: Queue, promised: PromisedNotes) => Promise<unknown>,
): Promise<void> {
  await using queue = await openQueue({ root, agent, ackDurability: 'full' });
  await act(queue, noteEvents(queue, notebook));
}

beforeAll(async () => {
  const notebook = new Notebook(notesPath);
  const common = { root, notes: notesPath, seed: 1, again: [], durability: 'full', fault: null } as const;
  const send = (name: string, messages: number) => (queue: Queue) =>
    produce(queue, notebook, { ...common, role: 'many at once', name, messages, ackDurability: 'full' });
  await as(LEAD, notebook, send('first', 60));
  await as(CODER, notebook, (queue) => work(queue, notebook, true).done);
  await as(TESTER, notebook, (queue, promised) => receive(queue, notebook, promised, true));
  await as(LEAD, notebook, (queue) => collect(queue, notebook, true).done);
  await lockAgainAndAgain(root, notebook, nodeFileSystem(), 2);
  notes = readNotes(notesPath);
  files = survey(root);
  notebook.close();
}, 120_000);

beforeEach(() => {
  spoilt = [...files];
});

afterAll(() => rmSync(place, { recursive: true }));

const rules = (): string[] => [
  ...new Set(
    [...historyOf(notes).violations, ...checkDrained(historyOf(notes), spoilt, traits)].map(
      ({ rule }) => rule,
    ),
  ),
];

const rulesOnBtrfs = (): string[] =>
  checkFound(historyOf(notes), spoilt, { renamesByHalves: true }).map(({ rule }) => rule);

/** The first file in this state whose id begins so. */
function pick(state: SurveyedFile['state'], beginning = 'm-'): SurveyedFile {
  const file = files.find((one) => one.state === state && one.id?.startsWith(beginning) === true);
  if (file === undefined) throw new Error(`The run left nothing that is ${state}; give it more messages.`);
  return file;
}

function replace(file: SurveyedFile, ...others: SurveyedFile[]): void {
  spoilt = [...files.filter((one) => one !== file), ...others];
}

test('a run on a healthy disk passes', () => {
  expect(notes.filter(({ what }) => what === 'sent').length).toBe(60);
  expect(new Set(notes.map(({ what }) => what))).toEqual(
    new Set(['sending', 'sent', 'started', 'held', 'acked', 'dead', 'ran', 'remembered', 'locked']),
  );
  expect(rules()).toEqual([]);
});

describe('notices', () => {
  test('a message that is gone', () => {
    replace(pick('dead'));
    expect(rules()).toEqual(expect.arrayContaining(['lost', 'dead letter lost']));
  });

  test('a message that is cut short, or empty', () => {
    for (const length of [0, 100]) {
      const file = pick('processed');
      replace(file, { ...file, text: file.text.slice(0, length) });
      expect(rules()).toContain('torn');
    }
  });

  test('an acknowledgement that was undone', () => {
    const file = pick('processed');
    replace(file, { ...file, state: 'ready' });
    expect(rules()).toEqual(expect.arrayContaining(['acknowledgement lost', 'left over']));
  });

  test('a message that is finished and ready', () => {
    const file = pick('processed');
    replace(file, file, { ...file, state: 'ready', path: 'inbox/elsewhere' });
    expect(rules()).toContain('in two places');
    expect(rulesOnBtrfs()).not.toContain('in two places');
    replace(file, file, { ...file, state: 'ready', path: 'inbox/elsewhere', inode: 1 });
    expect(rulesOnBtrfs()).toContain('in two places');
  });

  test('a dead message without its reason', () => {
    replace(pick('reason'));
    expect(rules()).toEqual(['dead without a reason']);
  });

  test('a message that nobody sent', () => {
    const file = pick('processed');
    replace(file, file, { ...file, id: plannedId('nobody', 1) });
    expect(rules()).toContain('unexpected');
  });

  test('a step that is forgotten before its message is finished', () => {
    const step = pick('step');
    const finished = files.find(({ state, id }) => state === 'processed' && id === step.id);
    if (finished === undefined) throw new Error(`${step.id} is not finished.`);
    spoilt = [...files.filter((one) => one !== step && one !== finished), { ...finished, state: 'leased' }];
    expect(rules()).toContain('result forgotten');
  });

  test('an answer that is gone', () => {
    const answer = files.find(
      ({ path, text }) => path.startsWith(`processed/outbox/${CODER}`) && text.includes('"completed"'),
    );
    if (answer === undefined) throw new Error('Nothing was answered.');
    replace(answer);
    expect(rules()).toEqual(expect.arrayContaining(['not answered', 'acknowledgement lost']));
  });

  test.each([
    ['handled again', (note: Note) => note.what === 'started'],
    ['acknowledged twice', (note: Note) => note.what === 'acked'],
    ['handled though dead', (note: Note) => note.what === 'started'],
    ['step run again', (note: Note) => note.what === 'ran'],
    ['generation used twice', (note: Note) => note.what === 'locked'],
  ])('%s', (rule, repeats) => {
    const again = notes.filter((note) => repeats(note));
    expect(historyOf([...notes, ...again]).violations.map((one) => one.rule)).toContain(rule);
  });

  test('what is handled though dead, unless the power left two of it', () => {
    const key = 'inbox/coder/m-00000l0-000001#0';
    const deadOnce: readonly Note[] = [
      { what: 'dead', key, entryId: 'dlq/inbox/coder/x.json' },
      { what: 'started', key },
    ];
    const rulesAfter = (id: string): string[] =>
      historyOf([{ what: 'copied', id }, ...deadOnce]).violations.map(({ rule }) => rule);
    expect(rulesAfter('m-00000l0-000001')).toEqual([]);
    expect(rulesAfter('m-00000l0-000002')).toEqual(['handled though dead']);
  });

  test('trouble, unless the power was off', () => {
    const trouble: Note = { what: 'trouble', text: 'EIO' };
    expect(historyOf([trouble]).violations.length).toBe(1);
    expect(historyOf([{ what: 'plug' }, trouble]).violations).toEqual([]);
    expect(historyOf([{ what: 'plug' }, { what: 'power' }, trouble]).violations.length).toBe(1);
  });
});

test('the files on disk are read as they are', () => {
  const path = join(root, pick('processed').path);
  const away = `${path}.away`;
  const stray = join(dirname(path), 'm-stray-000001.json');
  copyFileSync(path, stray);
  renameSync(path, away);
  truncateSync(stray, 3);
  const found = checkFound(historyOf(notes), survey(root), traits).map(({ rule }) => rule);
  expect(found).toEqual(expect.arrayContaining(['lost', 'torn', 'unexpected', 'acknowledgement lost']));
  rmSync(stray);
  renameSync(away, path);
  expect(checkDrained(historyOf(readNotes(notesPath)), survey(root), traits)).toEqual([]);
  expect(readFileSync(notesPath, 'utf8').endsWith('\n')).toBe(true);
  expect(readdirSync(join(place, 'project')).length).toBeGreaterThan(1);
});

test('a round in which nothing was promised, or no power was lost, shows nothing', () => {
  const sent: Note = { what: 'sent', id: 'm' };
  const loss: readonly Note[] = [{ what: 'plug' }, { what: 'power' }];
  expect(whyEmpty([sent, ...loss])).toBe(null);
  expect(whyEmpty([sent])).toMatch(/no power/);
  expect(whyEmpty([...loss])).toMatch(/nothing was acknowledged/);
  expect(whyEmpty([sent, ...loss, ...loss])).toMatch(/nothing was acknowledged/);
  expect(whyEmpty([sent, ...loss, sent, { what: 'plug' }])).toMatch(/no power/);
});
