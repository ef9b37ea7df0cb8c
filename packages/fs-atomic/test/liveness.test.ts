import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OwnerObserver, processIdentity, proveAlive, proveDead } from '@tapps-agents/fs-atomic';
import type { OwnerRecord, ProcessProbe, RecordedProcess } from '@tapps-agents/fs-atomic';
import { parseProcessStat } from '../src/proc.ts';
import { bundleProgram, child } from './child/run.ts';
import type { ChildProgram } from './child/run.ts';
import { names, place, provesDeath } from './support.ts';

let program: ChildProgram;
beforeAll(async () => {
  program = await bundleProgram();
});
afterAll(() => program[Symbol.asyncDispose]());

const onlyLinux = 'only Linux tells the state of processes, in /proc';

/** Waits for a process to get into a state, by looking: the kernel has no event for that. */
async function untilState(pid: number, state: string): Promise<void> {
  while (!readFileSync(`/proc/${pid}/stat`, 'latin1').includes(`) ${state} `)) await setImmediate();
}

test('a killed process is dead at once', async ({ skip }) => {
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using here = await place();
  await using one = program.start('session', here.box);
  const record = (await one.next()) as OwnerRecord;
  expect(record.pid).toBe(one.pid);
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp });
  expect(await observer.observe(record.owner)).toBe('alive');
  one.process.kill('SIGKILL');
  expect(await one.ended()).toBe('SIGKILL');
  expect(await observer.observe(record.owner)).toBe('dead');
  expect(await observer.end(record.owner)).toBe(true);
  expect(await observer.end(record.owner)).toBe(false);
  expect(await observer.observe(record.owner)).toBe('absent');
  expect(names(here.box)).toEqual([]);
  expect(names(here.tmp).length).toBe(1);
  expect(names(here.tmp)[0]).toMatch(new RegExp(`^${record.owner}~.*\\.json$`));
});

test('a process certainly runs only where its number, boot and start are the same', ({ skip }) => {
  skip(process.platform !== 'linux', onlyLinux);
  const me = processIdentity();
  expect(proveAlive(me, me)).toBe(true);
  const others: Partial<RecordedProcess>[] = [
    { pid: null },
    { pid: -1 },
    { host: 'elsewhere' },
    { boot_id: null },
    { boot_id: 'another' },
    { pid_namespace: null },
    { process_started: null },
    { process_started: `1@${me.process_started!.split('@')[1]}` },
  ];
  for (const other of others) expect(proveAlive({ ...me, ...other }, me)).toBe(false);
  const gone: ProcessProbe = { exists: () => false, stat: () => null };
  const hidden: ProcessProbe = { exists: () => true, stat: () => null };
  for (const shown of [gone, hidden]) expect(proveAlive(me, me, shown)).toBe(false);
});

test('a stopped process is not dead', async ({ skip }) => {
  skip(process.platform !== 'linux', onlyLinux);
  await using here = await place();
  await using one = program.start('session', here.box);
  const record = (await one.next()) as OwnerRecord;
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp });
  one.process.kill('SIGSTOP');
  await untilState(one.pid, 'T');
  expect(await observer.observe(record.owner)).toBe('alive');
});

test('a session that is closed leaves no record', async () => {
  await using here = await place();
  await using one = program.start('session', here.box);
  const record = (await one.next()) as OwnerRecord;
  one.go();
  expect(await one.ended()).toBe(0);
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp });
  expect(await observer.observe(record.owner)).toBe('absent');
  expect(names(here.box)).toEqual([]);
});

test('a zombie is dead', async ({ skip }) => {
  skip(process.platform !== 'linux', onlyLinux);
  // The shell becomes `cat`, which never collects the child it did not know it had.
  await using parent = child('sh', ['-c', 'tail -f /dev/null & echo $!; exec cat']);
  const pid = (await parent.next()) as number;
  try {
    while (readFileSync(`/proc/${parent.pid}/comm`, 'latin1') !== 'cat\n') await setImmediate();
    expect(proveDead({ ...processIdentity(), pid, process_started: null }, processIdentity())).toBe(false);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  await untilState(pid, 'Z');
  expect(proveDead({ ...processIdentity(), pid, process_started: null }, processIdentity())).toBe(true);
});

test('this process lives; the same pid with another start time does not', ({ skip }) => {
  skip(process.platform !== 'linux', onlyLinux);
  const me = processIdentity();
  expect(me.process_started).not.toBeNull();
  expect(proveDead(me, me)).toBe(false);
  expect(proveDead({ ...me, process_started: `1@${me.process_started!.split('@')[1]}` }, me)).toBe(true);
  expect(proveDead({ ...me, process_started: '1@time:[1]' }, me)).toBe(false);
});

const me = {
  pid: 100,
  host: 'here',
  boot_id: 'boot',
  pid_namespace: 'pid:[1]',
  process_started: '5@time',
};
const gone: ProcessProbe = { exists: () => false, stat: () => null };

function probe(state: string, threads: number): ProcessProbe {
  return { exists: () => true, stat: (pid) => ({ pid, state, threads, started: '5' }) };
}

test.each<[string, Partial<RecordedProcess>]>([
  ['another host', { host: 'there' }],
  ['another boot', { boot_id: 'other' }],
  ['an unknown boot', { boot_id: null }],
  ['another pid namespace', { pid_namespace: 'pid:[2]' }],
  ['an unknown pid namespace', { pid_namespace: null }],
  ['no process at all', { pid: null }],
  ['the pid 0, which means a group', { pid: 0 }],
  ['a negative pid, which means a group', { pid: -1 }],
])('%s is no proof', (_, difference) => {
  expect(proveDead({ ...me, ...difference }, me, gone)).toBe(false);
});

test('where the system tells nothing, there is no proof', () => {
  const unknown = { ...me, boot_id: null, pid_namespace: null, process_started: null };
  expect(proveDead(unknown, unknown, gone)).toBe(false);
});

test('no such process is proof; a hidden one is not', () => {
  expect(proveDead({ ...me, pid: 200 }, me, gone)).toBe(true);
  const hidden: ProcessProbe = { exists: () => true, stat: () => null };
  expect(proveDead({ ...me, pid: 200 }, me, hidden)).toBe(false);
});

test('a zombie main thread whose other threads run is alive', () => {
  expect(proveDead({ ...me, process_started: null }, me, probe('Z', 1))).toBe(true);
  expect(proveDead({ ...me, process_started: null }, me, probe('X', 0))).toBe(true);
  expect(proveDead({ ...me, process_started: null }, me, probe('Z', 2))).toBe(false);
  expect(proveDead({ ...me, process_started: null }, me, probe('T', 1))).toBe(false);
});

test("a program's name may look like the fields after it", () => {
  const fields = 'S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 7 0 4242 22';
  expect(parseProcessStat(`42 (a) Z 1 (b) ${fields}`)).toEqual({
    pid: 42,
    state: 'S',
    threads: 7,
    started: '4242',
  });
  expect(parseProcessStat('nonsense')).toBeNull();
  expect(parseProcessStat('42 (short) S 1')).toBeNull();
});

test('an owner id cannot lead out of its directory', async () => {
  await using here = await place();
  const observer = new OwnerObserver({ directory: join(here.box, 'owners'), endedDirectory: here.tmp });
  for (const owner of ['../x', '', 'a/b', 'x'.repeat(65)]) {
    await expect(observer.observe(owner)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  }
});
