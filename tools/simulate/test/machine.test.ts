import { expect, test } from 'vitest';
import { inWorld, quietWorld, runProgram } from './support/quiet-world.ts';

test('time goes on only when nobody can, and then to the next timer', async () => {
  const world = quietWorld(1);
  const times: number[] = [];
  await inWorld(world, () =>
    runProgram(world, async (_world, process) => {
      const began_ms = process.clock.monotonic();
      for (const pause_ms of [10, 60_000]) {
        await world.sleep(process, pause_ms);
        times.push(process.clock.monotonic() - began_ms);
      }
    }),
  );
  expect(times).toEqual([10, 60_010]);
});

test('who is killed never goes on; who is stopped goes on later, by the clocks of all', async () => {
  const world = quietWorld(2);
  const said: string[] = [];
  await inWorld(world, async () => {
    const speak = (name: string) =>
      world.start(name, async (_world, process) => {
        await world.sleep(process, 100);
        said.push(`${name} at ${world.machine.now_ms}`);
      });
    const killed = speak('killed');
    const stopped = speak('stopped');
    speak('other');
    world.machine.kill(killed);
    world.machine.stop(stopped, 5_000);
    await world.machine.run({ steps: 1_000, until_ms: 10_000 }, () => false);
  });
  expect(said).toEqual(['other at 100', 'stopped at 5100']);
});

test('a loss of power ends everybody and everything under way', async () => {
  const world = quietWorld(3);
  const said: string[] = [];
  await inWorld(world, async () => {
    world.start('writer', async (_world, process) => {
      const file = await world.fileSystem(process).create('/project/file', 0o600);
      await file.sync();
      said.push('flushed');
    });
    await world.machine.run({ steps: 2, until_ms: 0 }, () => false);
    world.machine.crash();
    expect(world.running).toEqual([]);
    await world.machine.run({ steps: 100, until_ms: 1_000 }, () => false);
  });
  expect(said).toEqual([]);
  expect(world.machine.crashes).toBe(1);
});

test('who sleeps with the whole machine finds the wall clock further, and the other clock only where that counts sleep', async () => {
  for (const [countsTime, expected_ms] of [
    [true, 60_000],
    [false, 0],
  ] as const) {
    const world = quietWorld(4);
    const passed: number[] = [];
    await inWorld(world, () =>
      runProgram(world, async (_world, process) => {
        const before = [process.clock.now(), process.clock.monotonic()] as const;
        world.machine.sleep(60_000, countsTime);
        passed.push(process.clock.now() - before[0], process.clock.monotonic() - before[1]);
        await world.sleep(process, 1);
      }),
    );
    expect(passed).toEqual([60_000, expected_ms]);
  }
});

test('a torn message that a disk without a journal leaves twice is known by its names', () => {
  const { history } = quietWorld(4);
  history.sendBegan('m0', 'the whole text', 'none');
  const data = new TextEncoder().encode('{"half');
  const names = ['1f0c.tmp', '20260101T000000_000Z_m0_status_update~p1~ikvlbp.json'];
  history.split({ lost: [], doubled: [{ data, names, left: names }] });
  expect(history.sent.get('m0')?.attempts).toBe(2);
});

test('a simulation does not run where its platform is not what the code under test would see', async () => {
  await inWorld(quietWorld(1), async () => undefined);
  const installed = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
  const real = process.platform;
  Object.defineProperty(process, 'platform', { value: real });
  try {
    const other = quietWorld(1, { windows: real !== 'win32' });
    await expect(inWorld(other, async () => undefined)).rejects.toThrow('process.platform');
  } finally {
    Object.defineProperty(process, 'platform', installed);
  }
  await inWorld(quietWorld(1), async () => undefined);
});
