import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { styleFor } from '../../src/render/style.ts';
import { MOST_LISTED, messagesOf } from '../../src/watch/box-messages.ts';
import { screenLines } from '../../src/watch/screen-lines.ts';
import { ScreenModel } from '../../src/watch/screen-model.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const ROOT = '.tapps-agents/messages';
const BOX = { kind: 'inbox', agentId: 'coder' } as const;

/** A dead message, one in hand, one urgent, two others and one that is delayed. */
async function mixed(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'dead' }));
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
  await sendMessages(cwd, task({ message_id: 'held', task_id: 'h', priority: 'high' }));
  await runCli(['receive', '--agent', 'coder'], { cwd });
  await sendMessages(
    cwd,
    task({ message_id: 'first', task_id: 'a' }),
    task({ message_id: 'last', task_id: 'b' }),
  );
  await sendMessages(cwd, task({ message_id: 'urgent', task_id: 'c', priority: 'high' }));
  await runCli(['send', '-', '--delay', '1h'], {
    cwd,
    stdin: JSON.stringify(task({ message_id: 'later', task_id: 'd' })),
  });
  return cwd;
}

describe('the messages of a box', () => {
  it('come in the order in which a person asks for them', async () => {
    const cwd = await mixed();
    await using queue = await openQueue({ root: join(cwd, ROOT), create: false, retention: false });
    const { entries, total } = await messagesOf(queue, BOX, Date.now());
    expect(entries.map(({ messageId }) => messageId)).toEqual([
      'held',
      'urgent',
      'first',
      'last',
      'later',
      'dead',
    ]);
    expect(total).toBe(6);
    expect(await messagesOf(queue, { kind: 'inbox', agentId: 'nobody' }, 0)).toMatchObject({ total: 0 });
  });

  it('are no more than a hundred, however many there are', async () => {
    const cwd = await queueDirectory('coder');
    const many = Array.from({ length: 150 }, (_, index) =>
      task({ message_id: `m-${String(index).padStart(3, '0')}`, task_id: 't' }),
    );
    await sendMessages(cwd, ...many);
    await using queue = await openQueue({ root: join(cwd, ROOT), create: false, retention: false });
    const { entries, total } = await messagesOf(queue, BOX, Date.now());
    expect([entries.length, total]).toEqual([MOST_LISTED, 150]);
  });

  it('are opened by keys, one of them from the list, and closed again; one that has gone is told', async () => {
    const cwd = await mixed();
    dropFile(cwd, 'coder', 'strange.json', '{');
    await using queue = await openQueue({ root: join(cwd, ROOT), create: false, retention: false });
    const layout = { columns: 80, style: styleFor(false), program: 'tapps-mq', now_ms: Date.now() };
    const model = new ScreenModel(queue, () => layout);
    model.show(await new Watcher(queue, Date.now).look(), Date.now());
    const shown = (): string =>
      screenLines(model.state, { columns: 80, rows: 20, style: styleFor(false), root: 'x' }).join('\n');
    await model.press('enter');
    expect(shown()).toMatch(/INBOX\/coder {2}7\n› held +leased/);
    for (const _ of [1, 2, 3, 4]) await model.press('down');
    expect(shown()).toMatch(/› last +ready/);
    await model.press('up');
    await model.press('enter');
    expect(shown()).toMatch(/^first {2}task_assignment$/m);
    await model.press('escape');
    expect(shown()).toMatch(/› first +ready/);
    const inbox = join(cwd, ROOT, 'inbox/coder');
    for (const name of readdirSync(inbox)) if (name.includes('_first_')) unlinkSync(join(inbox, name));
    await model.press('enter');
    expect(model.state.overlay?.kind).toBe('box');
    expect(shown()).toMatch(/There is no message .*$/);
    for (let count = 0; count < 20; count += 1) await model.press('down');
    expect(shown()).toMatch(/› dead +dead/);
    await model.press('escape');
    expect(model.state.overlay).toBeNull();
  });
});
