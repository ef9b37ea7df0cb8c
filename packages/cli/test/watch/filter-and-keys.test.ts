import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { styleFor } from '../../src/render/style.ts';
import { ScreenModel } from '../../src/watch/screen-model.ts';
import type { Key } from '../../src/watch/screen-model.ts';
import { eventLine } from '../../src/watch/section-lines.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { withDeadLetters } from '../support/dead-letters.ts';
import { HOLDER } from '../support/sample-holder.ts';
import { queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { box, letter, look, NOW_MS, shown } from '../support/watch-look.ts';

const LAYOUT = { columns: 80, style: styleFor(false), program: 'tapps-mq', now_ms: 0 };

/** A model of many boxes, one of which has dead letters, and of a few letters. */
async function manyBoxes(): Promise<{
  model: ScreenModel;
  press: (...keys: readonly Key[]) => Promise<void>;
}> {
  const cwd = await queueDirectory('coder');
  const queue = await openQueue({ root: join(cwd, '.tapps-agents/messages'), retention: false });
  await queue.close(); // Nothing is asked of it.
  const model = new ScreenModel(queue, () => LAYOUT);
  const { inspection, ...rest } = look();
  const boxes = Array.from({ length: 300 }, (_, index) =>
    box('inbox', `agent-${index}`, index === 217 ? { dead: 2 } : {}),
  );
  const dead = [letter('port-parser', 'rejected', 'no'), letter('upload-logs', 'exhausted', 'no')];
  model.show({ ...rest, dead, inspection: { ...inspection, boxes } }, NOW_MS);
  const press = async (...keys: readonly Key[]): Promise<void> => {
    for (const key of keys) await model.press(key);
  };
  return { model, press };
}

describe('the keys of watch', () => {
  it('go by ten lines, and to either end', async () => {
    const { model, press } = await manyBoxes();
    const chosen = async (...keys: readonly Key[]): Promise<number> => {
      await press(...keys);
      return model.state.chosen.boxes;
    };
    expect(await chosen('page_down')).toBe(10);
    expect(await chosen('end')).toBe(299);
    expect(await chosen('page_up', 'up')).toBe(288);
    expect(await chosen('home')).toBe(0);
    expect(await chosen('G', 'j')).toBe(299);
    expect(await chosen('g', 'k')).toBe(0);
  });

  it('find boxes and messages by letters, until esc', async () => {
    const { model, press } = await manyBoxes();
    await press('end', '/', ...Array.from('AGENT-21'));
    expect(model.state.look?.inspection.boxes).toHaveLength(11);
    expect(shown(model.state, 80, 24).at(-1)).toBe('/AGENT-21▏  11 of 300 boxes  enter keep  esc give up');
    await press('backspace', '7', 'enter');
    const screen = shown(model.state, 80, 24);
    expect(screen[3]).toMatch(/^› inbox\/agent-27 /);
    expect(screen.join('\n')).toMatch(/^ {2}DEAD LETTERS {2}0$/m);
    expect(screen.at(-1)).toBe('/AGENT-27  11 of 300 boxes  / change  esc show all  q quit');
    await press('/', ...Array.from('0'), 'escape');
    expect(model.state.filter).toBe('AGENT-27');
    await press('escape');
    expect([model.state.filter, model.state.look?.inspection.boxes.length]).toEqual(['', 300]);
    await press('/', ...Array.from('parser'), 'enter');
    expect(model.state.look?.dead.map(({ entry }) => entry.messageId)).toEqual(['port-parser']);
  });

  it('find the boxes in which something is wrong', async () => {
    const { model, press } = await manyBoxes();
    await press('/', '!', 'enter');
    expect(model.state.look?.inspection.boxes.map((one) => one.box.agentId)).toEqual(['agent-217']);
    expect(model.state.look?.dead).toHaveLength(2);
  });

  it('find the box whose holder has been silent for longer than its lease', async () => {
    const { model, press } = await manyBoxes();
    const holder = { ...HOLDER, state: 'alive' as const, beatAt_ms: NOW_MS - 60_000, lease_ms: 30_000 };
    const boxes = [
      box('inbox', 'quiet'),
      box('inbox', 'held', { leased: 1, holders: [{ ...holder, leases: 1 }] }),
    ];
    const whole = look();
    model.show({ ...whole, inspection: { ...whole.inspection, boxes } }, NOW_MS);
    await press('/', '!', 'enter');
    expect(model.state.look?.inspection.boxes.map((one) => one.box.agentId)).toEqual(['held']);
  });

  it('type into the filter what else they are for, and a filter stays bounded', async () => {
    const { model, press } = await manyBoxes();
    await press('/', ...Array.from('pr ?q'), 'page_down');
    expect([model.state.filter, model.state.overlay?.kind]).toEqual(['pr ?q', 'filter']);
    await press(...Array.from('x'.repeat(500)));
    expect(model.state.filter).toHaveLength(100);
  });
});

it('chooses the dead letters that are shown among those that the filter lets through', async () => {
  const cwd = await withDeadLetters(60);
  await using queue = await openQueue({ root: join(cwd, '.tapps-agents/messages'), retention: false });
  const watcher = new Watcher(queue, Date.now);
  expect((await watcher.look()).dead).toHaveLength(50);
  for (const id of ['m-0', 'm-59'])
    expect((await watcher.look(id)).dead.map(({ entry }) => entry.messageId)).toContain(id);
});

it('tells of a message that was let go whether it is finished or waits again', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, ...['a', 'b', 'c'].map((id) => task({ message_id: id, task_id: id })));
  await using queue = await openQueue({
    root: join(cwd, '.tapps-agents/messages'),
    agent: 'coder',
    retention: false,
  });
  const watcher = new Watcher(queue, Date.now);
  const held = [];
  for await (const delivery of queue.receive({ untilEmpty: true })) {
    held.push(delivery);
    if (held.length === 3) break;
  }
  await watcher.look();
  await held[0]?.ack();
  await held[1]?.snooze('1h');
  await held[2]?.reject('no');
  const { events: seen } = await watcher.look();
  // Two that were let go are told in the order in which they were listed.
  const byHow = seen.toSorted((a, b) => String(a.how).localeCompare(String(b.how)));
  const events = byHow.map(({ event, how, messageId }) => [event, how, messageId]);
  expect(events.filter(([event]) => event !== 'arrived')).toEqual([
    ['let_go', 'finished', held[0]?.message.message_id],
    ['let_go', 'handed_back', held[1]?.message.message_id],
    ['died', null, held[2]?.message.message_id],
  ]);
});

it('tells of a dead letter that is one no more whether it waits again, or it cannot be told what became of it', async () => {
  const cwd = await withDeadLetters(3);
  await using queue = await openQueue({
    root: join(cwd, '.tapps-agents/messages'),
    agent: 'coder',
    retention: false,
  });
  const watcher = new Watcher(queue, Date.now);
  await watcher.look();
  await runCli(['replay', '--id', 'm-0', '--yes'], { cwd });
  await runCli(['purge', 'coder', '--dlq', '--id', 'm-1', '--confirm', 'coder'], { cwd });
  const left = (await watcher.look()).events.filter(({ event }) => event === 'left_dead');
  const told = left.map((event) => [
    event.messageId,
    event.how,
    String(eventLine(event, { columns: 100, rows: 30, style: styleFor(false), root: '' })).trim(),
  ]);
  expect(told.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
    ['m-0', 'replayed', expect.stringMatching(/^[\d:]+Z {2}brought back {2}m-0 in inbox\/coder$/)],
    ['m-1', null, expect.stringMatching(/^[\d:]+Z {2}left dlq {6}m-1 in inbox\/coder$/)],
  ]);
});
