import { Mutex, openOwnerSession, OwnerObserver } from '@tapps-agents/fs-atomic';
import { taskAssignment } from '@tapps-agents/contracts';
import type { Queue } from '@tapps-agents/queue';
import { describe, expect, test } from 'vitest';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { systemError } from '../src/system-error.ts';
import type { Program, Tampering, World } from '../src/world.ts';
import { filesIn, inWorld, quietWorld, runProgram } from './support/quiet-world.ts';

/** What the simulator found in the engine, each as the smallest course of events that shows it. */

const longName = 'an-agent-whose-name-is-too-long-to-be-the-name-of-a-directory';

function task(agent: string): ReturnType<typeof taskAssignment> {
  const ids = { message_id: 'm1', workflow_id: 'w', task_id: 't', created_at: '2026-01-01T00:00:00.000Z' };
  return taskAssignment({ ...ids, agent_id: 'boss', assigned_to: agent });
}

const send: Program = async (world, process) => {
  const queue = await world.open(process, 'boss');
  await queue.send(task('coder'), { register: true });
  await queue.close();
};

/** Handles one message as soon as there is one, and ends. */
const handleOne: Program = async (world, process) => {
  const queue = await world.open(process, 'coder');
  await queue.work({ task_assignment: () => {} }, { limit: 1 }).done;
  await queue.close();
};

/** Takes the message and does nothing about it. */
const holdOne: Program = async (world, process) => {
  const queue = await world.open(process, 'coder');
  const { value } = await queue.receive({ lease: '1h' }).next();
  expect(value?.message.message_id).toBe('m1');
  await new Promise(() => undefined);
};

/** Makes the boxes of an agent with a long name. */
const register: Program = async (world, process) => {
  const queue = await world.open(process, 'boss');
  await queue.registerAgent(longName);
  await queue.close();
};

/** Each kind of call fails one time, with or without having done its work. */
function failsOnce(...kinds: readonly ('read' | 'claim' | 'claim, done' | 'return')[]): Tampering {
  const left = new Set<string>(kinds);
  const fail = (kind: string, path: string): void => {
    if (left.delete(kind)) throw systemError('EIO', kind, path);
  };
  return (inner) =>
    alteredFileSystem(inner, {
      read: (path, maxBytes) => {
        if (path.includes('/locks/inbox/')) fail('read', path);
        return inner.read(path, maxBytes);
      },
      rename: async (from, to) => {
        const isClaim = to.includes('/locks/inbox/');
        if (isClaim) fail('claim', from);
        if (from.includes('/locks/inbox/') && to.includes('/inbox/coder/')) fail('return', from);
        await inner.rename(from, to);
        if (isClaim) fail('claim, done', from);
      },
    });
}

/** Its record is renamed away as soon as it handles the message; it must come to handle it again. */
function holdThenHandle(world: World): Program {
  return async (_world, process) => {
    const queue: Queue = await world.open(process, 'coder');
    let isFirst = true;
    const consumer = queue.work(
      {
        task_assignment: async (_message, { signal }) => {
          if (!isFirst) return;
          isFirst = false;
          const [record = ''] = filesIn(world, 'locks/owners');
          world.machine.disk.rename(record, record.replace('/owners/', '/ended/'), 0);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve, { once: true });
          });
        },
      },
      {},
    );
    await world.sleep(process, 20_000);
    await consumer.stop();
    await queue.close();
  };
}

/** Plays a course of events again and again, each time with another state left by the power loss. */
async function manyTimes(times: number, play: (world: World) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= times; seed += 1) {
    const world = quietWorld(seed);
    await inWorld(world, () => play(world));
    expect(world.history.violations, `seed ${seed}`).toEqual([]);
  }
}

describe('after a loss of power', () => {
  test('at any moment of setting up, the directory can be opened, and keeps what is sent then', async () => {
    let step = 0;
    await manyTimes(320, async (world) => {
      step = (step + 1) % 80;
      await runProgram(world, send, { steps: step });
      world.machine.crash();
      await runProgram(world, send);
      world.machine.crash('nothing');
      expect(filesIn(world, 'inbox/coder'), `lost at step ${step}`).not.toEqual([]);
    });
  });

  test('at any moment of making its box, an agent with a long name can be registered', async () => {
    let step = 0;
    await manyTimes(80, async (world) => {
      await runProgram(world, async (_world, process) => (await world.open(process, 'boss')).close());
      step += 1;
      await runProgram(world, register, { steps: step });
      world.machine.crash();
      await runProgram(world, register);
    });
  });

  test('a message that was leased is still there', async () => {
    await manyTimes(80, async (world) => {
      await runProgram(world, send);
      await runProgram(world, holdOne, { for_ms: 10_000 });
      expect(filesIn(world, 'locks/inbox/coder')).toHaveLength(1);
      world.machine.crash();
      expect([...filesIn(world, 'locks/inbox'), ...filesIn(world, 'inbox')]).toHaveLength(1);
    });
  });

  test('a message that was leased is handled again soon, not after the lease of a record that cannot be read', async () => {
    await manyTimes(80, async (world) => {
      await runProgram(world, send);
      await runProgram(world, holdOne, { for_ms: 10_000 });
      world.machine.crash();
      const began_ms = world.machine.now_ms;
      await runProgram(world, handleOne);
      expect(world.machine.now_ms - began_ms).toBeLessThan(30_000);
    });
  });

  test('a mutex has its token, and no generation comes again', async () => {
    await manyTimes(80, async (world) => {
      const generations: number[] = [];
      const acquire: Program = async (_world, process) => {
        generations.push((await mutexOf(world, process)).generation);
        await new Promise(() => undefined);
      };
      await runProgram(world, acquire, { for_ms: 10_000 });
      world.machine.crash();
      await runProgram(world, acquire, { for_ms: 10_000 });
      expect(generations).toHaveLength(2);
      expect(generations[1]).toBeGreaterThan(generations[0] ?? 0);
    });
  });
});

async function mutexOf(world: World, process: Parameters<Program>[1]): Promise<{ generation: number }> {
  const where = { fileSystem: world.fileSystem(process), clock: process.clock, directory: '/project/owners' };
  const session = await openOwnerSession({ ...where, lease_ms: 1_000 });
  const mutex = new Mutex({
    ...where,
    directory: '/project/mutex',
    temporaryDirectory: '/project/tmp',
    session: () => session,
    observer: new OwnerObserver({ ...where, endedDirectory: '/project/ended' }),
    random: process.random.next,
  });
  return await mutex.acquire();
}

describe('a message does not stay leased to a process that lives and has forgotten it', () => {
  test.each<[string, Tampering]>([
    ['neither be read nor put back', failsOnce('read', 'return')],
    ['be claimed, though it was', failsOnce('claim, done')],
  ])('because it could once %s', async (_what, tampering) => {
    const world = quietWorld(1, {}, tampering);
    await inWorld(world, async () => {
      await runProgram(world, send);
      await runProgram(world, handleOne, { for_ms: 30_000 });
    });
    expect(filesIn(world, 'processed/inbox/coder')).toHaveLength(1);
  });

  test('because others ended its session and died before they returned what it held', async () => {
    const world = quietWorld(1);
    await inWorld(world, async () => {
      await runProgram(world, send);
      await runProgram(world, holdThenHandle(world), { for_ms: 60_000 });
    });
    expect(filesIn(world, 'processed/inbox/coder')).toHaveLength(1);
  });
});

test('on Windows, retention removes what a dead process held open and had no record for, and nothing that is held', async () => {
  const world = quietWorld(1, { windows: true, busyShare: 0 });
  const directory = `${world.root}/locks/owners`;
  await inWorld(world, () =>
    runProgram(world, async (_world, process) => {
      const first = await world.open(process, 'operator');
      await first.close();
      const fileSystem = world.fileSystem(process);
      await (await fileSystem.holdExclusively(`${directory}/aaaaaaaa.alive`))?.close();
      const held = await fileSystem.holdExclusively(`${directory}/bbbbbbbb.alive`);
      await world.sleep(process, 2 * 3_600_000);
      const queue = await world.open(process, 'operator');
      await queue.operations.retain();
      expect(filesIn(world, 'locks/owners')).not.toContain(`${directory}/aaaaaaaa.alive`);
      expect(filesIn(world, 'locks/owners')).toContain(`${directory}/bbbbbbbb.alive`);
      await held?.close();
      await queue.close();
    }),
  );
  expect(world.history.violations).toEqual([]);
});
