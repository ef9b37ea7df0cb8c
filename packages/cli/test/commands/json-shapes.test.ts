import { describe, expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

/** The promise to scripts, typed out: exactly these fields. A new one is added here and in the README; none ever goes. */
const ENTRY = [
  'message_id',
  'message_type',
  'entry_id',
  'state',
  'box',
  'priority',
  'created_at',
  'ready_at',
  'expires_at',
  'deliveries',
  'failures',
  'releases',
  'run',
];
const INSPECTION = ['root', 'taken_at', 'boxes', 'pauses', 'temporary', 'advice'];
const BOX = [
  'kind',
  'agent',
  'registered',
  'ready',
  'delayed',
  'leased',
  'dead',
  'oldest_ready_ms',
  'unadopted',
  'holders',
  'advice',
];

const FINDING = ['code', 'severity', 'count', 'text', 'fixable', 'fixed', 'command', 'evidence'];

function argvOf(line: string): readonly string[] {
  return [...line.split(' '), '--json'];
}

/** The first of a list of documents; fails where there is none. */
function firstOf(list: unknown): Record<string, unknown> {
  if (!Array.isArray(list) || list.length === 0) throw new Error('There is nothing in the list.');
  return list[0] as Record<string, unknown>;
}

describe('documents of --json', () => {
  it('have exactly the documented fields', async () => {
    const cwd = await queueDirectory('coder');
    const [id = ''] = await sendMessages(cwd, task());
    const argvOfWork = [
      'work',
      '--agent',
      'coder',
      '--until-empty',
      '--json',
      ...nodeCommand('process.exit(65)'),
    ];
    const keys = async (argv: readonly string[]): Promise<readonly string[]> => {
      const [document, ...more] = (await runCli(argv, { cwd })).json();
      expect(more).toEqual([]);
      return Object.keys(document ?? {});
    };
    expect(await keys(argvOf(`inspect ${id}`))).toEqual([
      ...ENTRY,
      'location',
      'holder',
      'reason',
      'history',
      'message',
      'content',
    ]);
    expect(await keys(argvOfWork)).toEqual(['event', 'message_id', 'message_type', 'delivery', 'detail']);
    expect(await keys(argvOf(`dlq show ${id}`))).toEqual([
      ...ENTRY,
      'location',
      'holder',
      'reason',
      'history',
      'message',
      'content',
    ]);
    expect(await keys(argvOf('dlq'))).toEqual([...ENTRY, 'location', 'reason']);
    expect(await keys(argvOf('replay'))).toEqual([
      'message_id',
      'message_type',
      'entry_id',
      'to',
      'outcome',
      'detail',
      'reason_code',
    ]);
    expect(await keys(argvOf('pause --agent coder'))).toEqual(['paused']);
    expect(await keys(argvOf('inspect'))).toEqual(INSPECTION);
    const inspection = firstOf((await runCli(['inspect', '--json'], { cwd })).json());
    const box = firstOf(inspection['boxes']);
    expect(Object.keys(box)).toEqual(BOX);
    expect(Object.keys(firstOf(inspection['pauses']))).toEqual(['agent', 'paused_at', 'paused_by', 'note']);
    expect(Object.keys(firstOf(box['advice'])).sort()).toEqual(['command', 'level', 'text']);
    expect(await keys(argvOf('resume --agent coder'))).toEqual(['resumed']);
    expect(await keys(argvOf('doctor'))).toEqual(['root', 'taken_at', 'files', 'findings']);
    const finding = firstOf(firstOf((await runCli(['doctor', '--json'], { cwd })).json())['findings']);
    expect(Object.keys(finding)).toEqual(FINDING);
    expect(Object.keys(firstOf(finding['evidence']))).toEqual(['place', 'detail', 'agent', 'command']);
  });
});
