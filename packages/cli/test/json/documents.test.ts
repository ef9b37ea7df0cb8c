import { describe, expect, it } from 'vitest';
import { documents } from '../../src/json/documents.ts';
import { faultsOf } from '../support/json-documents.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A directory in which every command has something to tell: a ready, a dead and a finished message, and a pause. */
async function directoryWithAll(): Promise<{ readonly cwd: string; readonly ids: readonly string[] }> {
  const cwd = await queueDirectory('coder');
  const done = await sendMessages(cwd, task({ task_id: 't0' }));
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('')], { cwd });
  const dead = await sendMessages(cwd, task());
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
  const ready = await sendMessages(cwd, task({ task_id: 't2' }));
  return { cwd, ids: [...done, ...dead, ...ready] };
}

/** Documents of commands that need what another has printed. */
const BY_HAND = ['received', 'settled', 'answer'];

/** Held to their schemas by test/watch/lines.test.ts: `watch` goes on until it is interrupted. */
const ELSEWHERE = ['watch_snapshot', 'watch_event'];

describe('documents of --json', () => {
  it('are exactly what their schemas say', async () => {
    const { cwd, ids } = await directoryWithAll();
    const [done = '', dead = '', ready = ''] = ids;
    const line = JSON.stringify(task({ message_id: 'fourth', task_id: 't4' }));
    const printed: Record<
      string,
      readonly [readonly string[], { readonly stdin?: string; cwd?: string }?][]
    > = {
      init: [[['init'], { cwd: temporaryDirectory() }], [['init']]],
      agents: [[['agents']]],
      registration: [[['agents', 'register', 'reviewer', 'coder']]],
      sent: [[['send', '-'], { stdin: line }]],
      message: [[['inspect', done]], [['inspect', dead]], [['inspect', ready]], [['dlq', 'show', dead]]],
      agent: [[['inspect', 'coder']]],
      dead_letter_groups: [[['dlq']], [['dlq', '--agent', 'coder']]],
      dead_letter: [[['dlq', 'list']], [['dlq', 'list', '--agent', 'coder']]],
      replay_step: [[['replay']], [['replay', '--from', 'processed']], [['replay', '--yes']]],
      operation: [[['replay', '--log']]],
      work_event: [
        [['work', '--agent', 'coder', '--until-empty', '--json', ...nodeCommand('process.exit(65)')]],
      ],
      diagnosis: [[['doctor']], [['doctor', '--fix']]],
      paused: [[['pause', '--agent', 'coder', '--note', 'x']], [['pause']]],
      purge: [[['purge', 'coder', '--outbox']]],
      export: [[['export', 'q.tar']]],
      archive_line: [[['export', '-']]],
      import: [[['import', 'q.tar']]],
      drain: [[['drain', 'coder']]],
      collection: [[['gc']], [['gc', '--yes']]],
      completion: [[['completion', 'zsh']]],
      inspection: [[['inspect']]],
      schema_entry: [[['schema', '--list']]],
      json_schema: [[['schema', 'envelope']], [['schema', '--asyncapi']]],
      validation: [
        [['validate', '-'], { stdin: `${line}\n{}\n` }],
        [['validate', '-'], { stdin: '{' }],
      ],
      resumed: [[['resume', '--agent', 'coder']], [['resume']]],
    };
    for (const [name, lines] of Object.entries(printed)) {
      for (const [argv, surroundings] of lines) {
        const json = argv.includes('--json') ? argv : [...argv, '--json'];
        const shown = (await runCli(json, { cwd, ...surroundings })).json();
        expect(shown.length, argv.join(' ')).toBeGreaterThan(0);
        for (const document of shown) expect(faultsOf(name, document), argv.join(' ')).toEqual([]);
      }
    }
    const failed = await runCli(['inspect', 'nobody', '--json', '--debug'], { cwd });
    expect(faultsOf('error', JSON.parse(failed.stderr))).toEqual([]);
    const all = new Set(documents().map(({ name }) => name));
    for (const name of [...Object.keys(printed), ...BY_HAND, 'error', 'warning', ...ELSEWHERE])
      all.delete(name);
    expect([...all], 'documents that no command of this test prints').toEqual([]);
  });

  it('are that also where a handle or an answer comes first', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }), task({ task_id: 'c' }));
    const handles: string[] = [];
    const taken = (await runCli(['receive', '--agent', 'coder', '--count', '3', '--json'], { cwd })).json();
    for (const document of taken) {
      expect(faultsOf('received', document)).toEqual([]);
      handles.push(String(document['handle']));
    }
    const [first = '', second = '', third = ''] = handles;
    for (const argv of [
      ['renew', first],
      ['ack', first],
      ['retry', second],
      ['snooze', third],
    ]) {
      const [document] = (await runCli([...argv, '--json'], { cwd })).json();
      expect(faultsOf('settled', document), argv.join(' ')).toEqual([]);
    }
    const asked = runCli(['send', '--to', 'coder', '--workflow', 'w', '--task', 'd', '--wait', '--json'], {
      cwd,
    });
    await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('')], { cwd });
    await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('')], { cwd });
    for (const document of (await asked).json()) expect(faultsOf('answer', document)).toEqual([]);
  });

  it('have nothing more and nothing less: a field too many or too few is a fault', () => {
    expect(faultsOf('init', { root: '/', created: true })).toEqual([]);
    expect(faultsOf('init', { root: '/', created: true, more: 1 })).not.toEqual([]);
    expect(faultsOf('init', { root: '/' })).not.toEqual([]);
    const send = {
      status: 'queued',
      message_id: 'm',
      box: { kind: 'inbox', agent: 'a' },
      durability: 'full',
    };
    expect(faultsOf('sent', send)).toEqual([]);
    expect(faultsOf('sent', { ...send, box: { ...send.box, more: 1 } })).not.toEqual([]);
  });
});
