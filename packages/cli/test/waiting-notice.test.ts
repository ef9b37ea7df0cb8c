import type { AgentReport, Entry } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { Output } from '../src/output.ts';
import { WaitingNotice, type WaitingOptions } from '../src/exec/waiting-notice.ts';
import { nodeCommand, queueDirectory, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';

const NOW_MS = Date.parse('2026-01-09T12:00:00Z');

function report(fields: {
  delayed?: readonly number[];
  ready?: number;
  pids?: readonly number[];
}): AgentReport {
  const { delayed = [], ready = 0, pids = [] } = fields;
  const box = { kind: 'inbox', agentId: 'coder' } as const;
  const entries = delayed.map((readyAt_ms, index) => ({ messageId: `m-${index}`, readyAt_ms }) as Entry);
  const holders = pids.map((pid) => ({
    owner: 'abcd1234',
    state: 'alive' as const,
    agentId: 'coder',
    pid,
    host: 'build-1',
    detached: false,
    timeLeft_ms: null,
    beatAt_ms: null,
    leases: 1,
  }));
  return {
    agentId: 'coder',
    takenAt: '',
    boxes: [
      {
        box,
        registered: true,
        ready,
        delayed: delayed.length,
        leased: pids.length,
        dead: 0,
        oldestReady_ms: null,
        unlisted: [],
        readyTypes: [],
        workers: 0,
        unadopted: 0,
        holders,
        finished: 0,
      },
    ],
    pauses: [],
    next: [],
    delayed: entries,
    leased: [],
    dead: [],
    window_ms: 60_000,
    isFinishedComplete: true,
  };
}

/** A notice on a terminal or in a pipe, its clock, what it sees and what it said. */
function noticing(isTerminal: boolean, end: WaitingOptions['end'], seen: AgentReport) {
  const said: string[] = [];
  const sink = {
    isTerminal,
    write: (text: string) => void said.push(text),
    drained: () => Promise.resolve(),
  };
  const io = { stdout: sink, stderr: sink, columns: isTerminal ? 80 : undefined, env: { NO_COLOR: '1' } };
  const world = { now_ms: NOW_MS, seen, looks: 0, said };
  const notice = new WaitingNotice(new Output(io, { json: false, color: false }), {
    agent: 'coder',
    end,
    now: () => world.now_ms,
    look: () => {
      world.looks += 1;
      return Promise.resolve(world.seen);
    },
  });
  return { notice, world };
}

describe('what a worker with nothing in hand waits for', () => {
  it('is one line in a pipe, for as long as it is the same', async () => {
    const { notice, world } = noticing(
      false,
      'empty',
      report({ delayed: [NOW_MS + 3_600_000, NOW_MS + 7_200_000] }),
    );
    for (let second = 0; second < 60; second += 1, world.now_ms += 1_000) await notice.tick();
    expect(world.said).toEqual([
      'waiting 1h for m-0, the next of 2 delayed messages of coder, at 2026-01-09T13:00:00.000Z\n',
    ]);
    expect(world.looks).toBe(4); // The box may be large: not with every tick.
  });

  it('is a line on a terminal that counts down, and goes when something is done', async () => {
    const { notice, world } = noticing(true, 'empty', report({ delayed: [NOW_MS + 90_000] }));
    await notice.tick();
    world.now_ms += 1_000;
    await notice.tick();
    expect(world.said).toHaveLength(2);
    expect(world.said[0]).toMatch(/^\r\u001b\[Kwaiting 1m 30s for m-0, the next of 1 .*$/);
    expect(
      world.said
        .join('')
        .replaceAll(/\r\u001b\[K/g, '\n')
        .split('\n')
        .every((line) => line.length < 80),
    ).toBe(true);
    notice.forget();
    world.seen = report({ pids: [process.pid] });
    await notice.tick();
    expect(world.said.at(-1)).toBe('\r\u001b[K');
  });

  it('is not told of a look during which something was done, nor after the end', async () => {
    const { notice, world } = noticing(true, 'empty', report({ delayed: [NOW_MS + 90_000] }));
    const ticking = notice.tick();
    notice.forget();
    await ticking;
    expect(world.said).toEqual([]);
    world.seen = report({ pids: [process.pid] });
    await notice.tick();
    expect([world.looks, world.said]).toEqual([2, []]);
  });

  it('is who holds the rest, where the end waits for that', async () => {
    const { notice, world } = noticing(false, 'empty', report({ pids: [process.pid + 1] }));
    await notice.tick();
    expect(world.said).toEqual([`waiting for what others hold: pid ${process.pid + 1} on build-1\n`]);
  });

  it('is not said where there is work to do, or of a worker without an end in a pipe', async () => {
    for (const [end, seen] of [
      ['empty', report({ ready: 1 })],
      ['empty', report({})],
      ['never', report({})],
      ['never', report({ delayed: [NOW_MS + 1] })],
    ] as const) {
      const { notice, world } = noticing(false, end, seen);
      await notice.tick();
      expect(world.said).toEqual([]);
    }
  });
});

it('work --until-empty says what it waits for', async () => {
  const cwd = await queueDirectory('coder');
  const stdin = JSON.stringify(task({ message_id: 'later' }));
  await runCli(['send', '-', '--delay', '3s'], { cwd, stdin });
  const argv = ['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')];
  const { stderr, stdout, exitCode } = await runCli(argv, { cwd });
  expect([exitCode, stdout]).toEqual([0, 'done later\n']);
  expect(stderr).toMatch(/^waiting \d+s for later, the next of 1 delayed message of coder, at .*Z\n$/);
});
