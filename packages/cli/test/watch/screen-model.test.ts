import { join } from 'node:path';
import { statusUpdate } from '@tapps-agents/contracts';
import { openQueue, reject } from '@tapps-agents/queue';
import type { Queue } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { styleFor } from '../../src/render/style.ts';
import { ScreenModel } from '../../src/watch/screen-model.ts';
import { notThrough } from '../../src/watch/watch-on-screen.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { REFUSE, withDeadLetters } from '../support/dead-letters.ts';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const LAYOUT = { columns: 80, style: styleFor(false), program: 'tapps-mq', now_ms: 0 };

function opened(cwd: string): Promise<Queue> {
  return openQueue({ root: join(cwd, '.tapps-agents/messages'), agent: 'coder', retention: false });
}

/** What the screen shows of a queue now. */
async function modelOf(queue: Queue): Promise<ScreenModel> {
  const model = new ScreenModel(queue, () => LAYOUT);
  model.show(await new Watcher(queue, Date.now).look(), Date.now());
  return model;
}

async function press(model: ScreenModel, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await model.press(key);
}

async function deadIn(queue: Queue): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { entry } of queue.operations.deadLetters())
    found.push(`${entry.messageId} ${entry.box.kind}/${entry.box.agentId}`);
  return found.toSorted();
}

it('says what to do about a dead letter that a replay would leave where it is, and that then helps', async () => {
  const cwd = await queueDirectory('coder');
  dropFile(cwd, 'coder', 'from-elsewhere.json', '{"half');
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  await using queue = await opened(cwd);
  const model = await modelOf(queue);
  await press(model, 'tab', 'tab', 'r', 'y');
  expect(model.state.notice).toEqual({ text: '1 would fail again (enter shows why)', isBad: false });
  await model.press('enter');
  const { overlay } = model.state;
  expect(overlay?.kind === 'message' && overlay.lines.join('\n')).toContain('why it died');
});

describe('a replay from the screen', () => {
  it('is of the letter that was asked about, not of others that begin like it, or are called the same', async () => {
    const cwd = await queueDirectory('coder', 'reviewer');
    const ids = ['t-1', 't-10', 't-11'];
    await sendMessages(
      cwd,
      ...ids.map((message_id) => task({ message_id, task_id: message_id })),
      task({ message_id: 't-1', assigned_to: 'reviewer' }),
    );
    for (const agent of ['coder', 'reviewer'])
      await runCli(['work', '--agent', agent, '--until-empty', ...REFUSE], { cwd });
    await using queue = await opened(cwd);
    const model = await modelOf(queue);
    const index = model.state.look?.dead.findIndex(
      ({ entry }) => entry.messageId === 't-1' && entry.box.agentId === 'coder',
    );
    await press(model, 'tab', 'tab', ...Array.from({ length: index ?? 0 }, () => 'down'), 'r');
    expect(model.state.overlay).toMatchObject({ text: 'Replay t-1 to inbox/coder?' });
    await model.press('y');
    expect(model.state.notice?.text).toBe('1 replayed');
    const others = ['t-1 inbox/reviewer', 't-10 inbox/coder', 't-11 inbox/coder'];
    expect(await deadIn(queue)).toEqual(others);
    // The screen has not looked again, and somebody else may have been quicker as well.
    await press(model, 'r', 'y');
    expect(model.state.notice?.text).toBe('Nothing was replayed: it is no dead letter any more.');
    expect(await deadIn(queue)).toEqual(others);
  });

  it('of a box leaves the dead letters of the other box of its agent', async () => {
    const cwd = await withDeadLetters(1);
    await using queue = await opened(cwd);
    const written = { message_id: 'u-0', agent_id: 'coder', workflow_id: 'w', task_id: 't' };
    await queue.send(statusUpdate({ ...written, status: 'in_progress' }));
    await queue.collect({ status_update: () => reject('no') }, { untilEmpty: true }).done;
    expect(await deadIn(queue)).toEqual(['m-0 inbox/coder', 'u-0 outbox/coder']);
    const model = await modelOf(queue);
    const boxes = model.state.look?.inspection.boxes ?? [];
    const index = boxes.findIndex(({ box }) => box.kind === 'outbox' && box.agentId === 'coder');
    await press(model, ...Array.from({ length: index }, () => 'down'), 'r');
    expect(model.state.overlay).toMatchObject({ text: 'Replay all dead letters of outbox/coder?' });
    await model.press('y');
    expect(await deadIn(queue)).toEqual(['m-0 inbox/coder']);
  });

  it('ends when the screen is left, and can be gone on with', async () => {
    const cwd = await withDeadLetters(3);
    await using queue = await opened(cwd);
    const model = await modelOf(queue);
    expect(await model.end()).toBeNull();
    const leaving = await modelOf(queue);
    const left = new Promise<Awaited<ReturnType<ScreenModel['end']>>>((resolve) => {
      leaving.subscribe(() => {
        if (leaving.state.notice?.text === 'Replaying 3 dead letters …') resolve(leaving.end());
      });
    });
    await press(leaving, 'r', 'y');
    const unfinished = await left;
    expect(unfinished).toEqual({ id: expect.any(String), replayed: 0, total: 3 });
    const said = notThrough({ ...unfinished!, replayed: 1 }, true, 'tapps-mq');
    expect(said).toMatchObject({
      code: 'ERR_PARTLY_DONE',
      message: 'A replay was under way; of 3 messages 1 was replayed, nothing is half done.',
      next: `tapps-mq replay --resume ${unfinished?.id} --yes`,
    });
    expect(await deadIn(queue)).toHaveLength(3);
    const goneOn = await runCli(['replay', '--resume', String(unfinished?.id), '--yes'], { cwd });
    expect([goneOn.exitCode, await deadIn(queue)]).toEqual([0, []]);
  });

  it('is not begun while another is under way', async () => {
    const cwd = await withDeadLetters(2);
    await using queue = await opened(cwd);
    const model = await modelOf(queue);
    await model.press('r');
    const first = model.press('y');
    await model.press('r');
    expect(model.state.notice).toEqual({
      text: 'A replay is under way: wait until it is through.',
      isBad: true,
    });
    await first;
    expect(model.state.notice?.text).toBe('2 replayed');
  });
});
