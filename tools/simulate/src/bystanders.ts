import { taskAssignment } from '@tapps-agents/contracts';
import { Mutex, openOwnerSession, OwnerObserver, type FileSystem } from '@tapps-agents/fs-atomic';
import type { Queue } from '@tapps-agents/queue';
import { ORCHESTRATOR } from './producer.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { textOf, type Program, type World } from './world.ts';

/** Looks, replays what is dead, pauses and resumes, and runs retention. */
export const operator: Program = async (world, process) => {
  const queue = await world.open(process, 'operator');
  const { random } = process;
  for (let round = random.integer(1, 4); round > 0 && world.harmful; round -= 1) {
    await world.sleep(process, random.integer(0, 4_000));
    try {
      await operate(world, queue, random.integer(0, 5));
    } catch (error) {
      world.machine.trace.add(`operating failed ${textOf(error)}`);
    }
  }
  await resumePatiently(world, process, queue);
  await world.closeQueue(process, queue);
};

async function operate(world: World, { operations }: Queue, what: number): Promise<void> {
  switch (what) {
    case 0:
      await operations.inspect();
      return;
    case 1:
      await operations.retain();
      return;
    case 2:
      await operations.pause();
      return;
    case 3: {
      world.history.forcedReplays += 1;
      for await (const _ of operations.replay({ from: 'processed', force: true, dryRun: false }));
      return;
    }
    default:
      for await (const _ of operations.replay({ dryRun: false }));
  }
}

/** Makes sure that no pause outlives the operator who asked for it. */
export const resumer: Program = async (world, process) => {
  const queue = await world.open(process, 'operator');
  await resumePatiently(world, process, queue);
  await world.closeQueue(process, queue);
};

async function resumePatiently(world: World, process: SimulatedProcess, queue: Queue): Promise<void> {
  for (;;) {
    try {
      await queue.operations.resume();
      return;
    } catch {
      await world.sleep(process, 500);
    }
  }
}

/**
 * Puts back what collectors have given up, for as long as somebody may wait for it: an answer among the dead letters comes when
 * it is replayed, and not before.
 */
export const replayer: Program = async (world, process) => {
  const queue = await world.open(process, 'operator');
  // What began before nobody is harmed any more has ended by then; what dies later shows itself by who waits in vain.
  const before_ms = process.clock.now() + 600_000;
  while (world.running.some(([{ name }]) => name.startsWith('producer'))) {
    try {
      for await (const _ of queue.operations.replay({
        filter: { boxKind: 'outbox', before_ms },
        dryRun: false,
      }));
    } catch (error) {
      world.machine.trace.add(`replaying failed ${textOf(error)}`);
      world.history.violate('replaying fails', textOf(error));
    }
    await world.sleep(process, 5_000);
  }
  await world.closeQueue(process, queue);
};

/** Runs retention until every owner that is gone can have been noticed, and once more when their records are old. */
export const janitor: Program = async (world, process) => {
  const opened = await world.open(process, 'operator', { lease: '1m', retentionInterval: '1h' });
  // Of the time between two looks at an owner only a part counts: first for who may hold the mutex, then for those whose
  // record cannot be read.
  for (const pause_ms of [...Array<number>(6).fill(2_000), ...Array<number>(6).fill(100_000)]) {
    await retainAll(opened);
    await world.sleep(process, pause_ms);
  }
  await world.closeQueue(process, opened);
  await world.sleep(process, 25 * 3_600_000);
  const later = await world.open(process, 'operator');
  await retainAll(later);
  await world.closeQueue(process, later);
};

/** By then nothing goes wrong any more, so retention must not leave anything out either. */
async function retainAll({ operations }: Queue): Promise<void> {
  const report = await operations.retain();
  if (report !== null && report.failed > 0)
    throw new Error(`retention left out ${report.failed}: ${JSON.stringify(report.failures)}`);
}

/** Holds a mutex of its own now and then, and notes under which generation. */
export const mutexUser: Program = async (world, process) => {
  const fileSystem = world.fileSystem(process);
  const { random, clock } = process;
  const directory = '/project/owners';
  const where = { fileSystem, clock, directory };
  const observer = new OwnerObserver({ ...where, endedDirectory: '/project/ended' });
  let session = await retried(world, process, () =>
    openOwnerSession({ ...where, lease_ms: world.scenario.lease_ms }),
  );
  const mutex = new Mutex({
    directory: '/project/mutex',
    temporaryDirectory: '/project/tmp',
    durableRoot: '/project',
    session: () => session,
    observer,
    fileSystem,
    clock,
    random: random.next,
  });
  for (let round = 0; round < 3 && world.harmful; round += 1) {
    try {
      const hold = await mutex.acquire({ timeout_ms: 3 * world.scenario.lease_ms });
      world.history.held(process, `${hold.generation}`, world.scenario.flushesDirectories);
      await world.sleep(process, random.integer(0, 2 * world.scenario.lease_ms));
      await hold.release();
    } catch (error) {
      world.machine.trace.add(`mutex ${process.name} ${textOf(error)}`);
      if (!session.signal.aborted) continue;
      await session.close().catch(() => undefined);
      session = await retried(world, process, () =>
        openOwnerSession({ ...where, lease_ms: world.scenario.lease_ms }),
      );
    }
  }
  await retried(world, process, () => session.close()).catch(() => undefined);
  checkToken(world);
};

/** However holders came to their end, the mutex has one token. */
export function checkToken(world: World): void {
  const mutex = world.machine.disk.find('/project/mutex');
  if (mutex === undefined || mutex.entries.size === 1) return;
  // A power loss may take the token, where it could not be flushed.
  const { flushesDirectories, splitsRenames } = world.scenario;
  if (world.machine.crashes > 0 && (!flushesDirectories || splitsRenames)) return;
  world.history.violate(
    'tokens of a mutex',
    `there are ${mutex.entries.size}: ${[...mutex.entries.keys()].join(' ')}`,
  );
}

/** Puts files of its own into the inbox: one good message under a name of its own, and one that is no message. */
export const outsider: Program = async (world, process) => {
  const fileSystem = world.fileSystem(process);
  const queue = await world.open(process, 'outsider');
  const [agent = ''] = world.scenario.agents;
  await retried(world, process, () => queue.registerAgent(agent));
  await world.closeQueue(process, queue);
  const message = taskAssignment({
    message_id: 'from-outside',
    created_at: '2026-01-01T00:00:00.000Z',
    agent_id: ORCHESTRATOR,
    assigned_to: agent,
    workflow_id: 'w0',
    task_id: 't0',
  });
  const inbox = world.machine.disk.find(`${world.root}/inbox`);
  const segment = [...(inbox?.entries.keys() ?? [])].find((name) => name.startsWith('coder')) ?? '';
  if (inbox?.entries.get(segment) !== undefined) putStrangers(world, `${world.root}/inbox`, segment);
  for (const [name, text] of Object.entries({
    'note.json': JSON.stringify(message),
    'junk.json': '{"half',
  })) {
    world.history.outside.add(text);
    await put(world, process, fileSystem, `${world.root}/inbox/${segment}`, name, text);
  }
};

/** A link under a message's name, a pipe, and a link where an agent's inbox would be: nothing that anybody may follow or take. */
function putStrangers(world: World, directory: string, segment: string): void {
  const { disk, wall_ms } = world.machine;
  for (const [name, kind] of [
    [`${segment}/link.json`, 'link'],
    [`${segment}/pipe.json`, 'other'],
    ['linked-agent', 'link'],
  ] as const) {
    const path = `${directory}/${name}`;
    if (disk.find(path) === undefined) disk.make(path, kind, 0o777, wall_ms);
    world.history.strangers.add(path);
  }
}

async function put(
  world: World,
  process: SimulatedProcess,
  fileSystem: FileSystem,
  directory: string,
  name: string,
  text: string,
): Promise<void> {
  const temporary = `${directory}/.${name}.${process.pid}`;
  try {
    const file = await fileSystem.create(temporary, 0o600);
    const bytes = new TextEncoder().encode(text);
    for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
    await file.sync();
    await file.close();
    await fileSystem.rename(temporary, `${directory}/${name}`);
  } catch (error) {
    world.machine.trace.add(`outside writer ${textOf(error)}`);
  }
}

async function retried<T>(world: World, process: SimulatedProcess, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt > 50) throw error;
      await world.sleep(process, 300);
    }
  }
}
