import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { editor, withDeadLetters } from '../support/dead-letters.ts';
import {
  dropFile,
  nodeCommand,
  queueDirectory,
  sendMessages,
  settleAll,
  task,
} from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { shellWord } from '../../src/shell-word.ts';

it('takes by an id that is whole no others that begin like it', async () => {
  const cwd = await withDeadLetters(11); // m-0 to m-10
  const ids = async (...argv: string[]): Promise<unknown[]> =>
    (await runCli([...argv, '--json'], { cwd })).json().map((one) => one['message_id']);
  expect(await ids('dlq', 'list', '--id', 'm-1')).toEqual(['m-1']);
  expect(await ids('replay', '--id', 'm-1', '--yes')).toEqual(['m-1']);
  // Where nobody has it, it is a beginning.
  expect(await ids('dlq', 'list', '--id', 'm-1')).toEqual(['m-10']);
  expect(await ids('replay', '--id', 'm-1', '--yes')).toEqual(['m-10']);
  expect((await runCli(['purge', 'coder', '--id', 'm-1'], { cwd })).stdout).toMatch(/would remove 1 /);
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  expect(await ids('replay', '--from', 'processed', '--id', 'm-1', '--force-reprocess')).toEqual(['m-1']);
});

it('takes a letter that says no id by the name that is shown for it, alone, and has it mended', async () => {
  const cwd = await withDeadLetters(1);
  const inbox = join(cwd, '.tapps-agents', 'messages', 'inbox', 'coder');
  await mkdir(inbox, { recursive: true });
  for (const name of ['one', 'two']) await writeFile(join(inbox, `${name}.json`), `{ ${name}`);
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  const letters = (await runCli(['dlq', 'list', '--reason', 'not_json', '--json'], { cwd })).json();
  expect(letters).toHaveLength(2);
  const name = String(letters[0]?.['entry_id']);
  const shown = await runCli(['dlq', 'show', name], { cwd });
  expect(shown.stderr).toContain(`replay --id ${shellWord(name)}`);
  const preview = (await runCli(['replay', '--id', name, '--json'], { cwd })).json();
  expect(preview.map(({ entry_id, outcome }) => [entry_id, outcome])).toEqual([[name, 'will_fail']]);
  expect((await runCli(['purge', 'coder', '--dlq', '--id', name], { cwd })).stdout).toMatch(
    /would remove 1 /,
  );
  const text = JSON.stringify(
    task({ schema_version: '1.0', message_id: 'mended', created_at: '2026-01-09T00:00:00.000Z' }),
  );
  const env = editor(cwd, `fs.writeFileSync(file, ${JSON.stringify(text)})`);
  const mended = await runCli(['replay', '--id', name, '--edit', '--yes', '--json'], { cwd, env });
  expect(mended.json().map(({ outcome }) => outcome)).toEqual(['replayed']);
  const left = (await runCli(['dlq', 'list', '--reason', 'not_json', '--json'], { cwd })).json();
  expect(left.map(({ entry_id }) => entry_id)).toEqual([letters[1]?.['entry_id']]);
});

it('does not take the date of what is no message for the moment at which it arrived', async () => {
  const cwd = await queueDirectory('coder');
  const broken = task({
    schema_version: '1.0',
    message_id: 'old',
    created_at: '2020-01-09T00:00:00.000Z',
    priority: 7,
  });
  dropFile(cwd, 'coder', 'x.json', JSON.stringify(broken));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  const { stdout } = await runCli(['dlq', 'show', 'old'], { cwd });
  expect(stdout).toMatch(/^ {2}dated .+2020-01-09/m);
  expect(stdout).toMatch(/^ {2}o 2020-01-09\S+ +dated by its content or its name, or else/m);
  expect(stdout).not.toContain('arrived');
});

it('sends whoever asks for a letter or a replay that is not there to where it may be', async () => {
  const cwd = await withDeadLetters(1);
  await runCli(['replay', '--id', 'm-0', '--yes'], { cwd });
  expect((await runCli(['replay', '--id', 'm-0', '--yes'], { cwd })).stderr).toContain(
    'next: tapps-mq inspect m-0',
  );
  expect((await runCli(['replay', '--reason', 'expired'], { cwd })).stderr).toMatch(/next: tapps-mq dlq$/m);
  const resumed = await runCli(['replay', '--resume', 'nope'], { cwd });
  expect(resumed.stderr).toContain('next: tapps-mq replay --log');
  expect(resumed.exitCode).toBe(3);
});

it('shows ids whole that do not fit into the names of files, and takes what it shows', async () => {
  const cwd = await queueDirectory('coder');
  const ids = ['ünï😀-κόσμος-числа', `long-${'x'.repeat(100)}`, 'A_QUITE_LONG_ID_IN_CAPITALS'];
  const root = join(cwd, '.tapps-agents/messages');
  await sendMessages(cwd, ...ids.map((message_id) => task({ message_id })));
  const shown = async (...argv: string[]): Promise<string> =>
    (await runCli(argv, { cwd, env: { COLUMNS: '400' } })).stdout;
  const agentHas = async (part: string): Promise<unknown> => {
    const [report] = (await runCli(['inspect', 'coder', '--json'], { cwd })).json();
    return new Set(((report?.[part] ?? []) as Record<string, unknown>[]).map((one) => one['message_id']));
  };
  expect(await agentHas('next')).toEqual(new Set(ids));
  for (const id of ids) {
    expect(await shown('inspect', 'coder')).toContain(id);
    expect(await shown('inspect', id)).toContain(root);
  }
  {
    await using queue = await openQueue({ root, agent: 'coder', retention: false });
    await using deliveries = queue.receive();
    const { value: delivery } = await deliveries.next();
    expect(await agentHas('leased')).toEqual(new Set([delivery?.message.message_id]));
  }
  await settleAll(cwd, 'reject');
  expect(await agentHas('dead')).toEqual(new Set(ids));
  for (const id of ids) {
    expect(await shown('dlq', 'list')).toContain(`${id} `);
    expect(await shown('dlq', '--id', id)).toContain(`dlq show ${shellWord(id)}\n`);
    const [letter] = (await runCli(['dlq', 'show', id, '--json'], { cwd })).json();
    expect(letter?.['message_id']).toBe(id);
    // What cannot be read keeps the name that its reason tells.
    writeFileSync(String(letter?.['location']), '{');
    expect((await runCli(['inspect', id, '--json'], { cwd })).json()[0]?.['message_id']).toBe(id);
    const preview = (await runCli(['replay', '--id', id, '--json'], { cwd })).json();
    expect(preview.map((one) => one['message_id'])).toEqual([id]);
  }
});

it('says of an id that a reason tells and the name of the file does not have that it is not known', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'x'.repeat(40) }));
  await settleAll(cwd, 'reject');
  const box = join(cwd, '.tapps-agents/messages/dlq/inbox/coder');
  const reason = join(box, readdirSync(box).find((name) => name.endsWith('.reason.json')) ?? '');
  writeFileSync(reason, readFileSync(reason, 'utf8').replace('x'.repeat(40), 'y'.repeat(40)));
  const [letter] = (await runCli(['dlq', 'list', '--json'], { cwd })).json();
  expect(letter?.['message_id']).toBeNull();
  expect((await runCli(['dlq', 'show', String(letter?.['entry_id'])], { cwd })).exitCode).toBe(0);
});
