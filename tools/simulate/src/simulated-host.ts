import crypto from 'node:crypto';
// oxlint-disable-next-line no-restricted-imports -- what is replaced here is how the kernel's /proc is read
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import timers from 'node:timers/promises';
import { newNonce } from '../../../packages/queue/src/file-store/nonce.ts';
import type { Machine } from './machine.ts';
import { procFile, procLink } from './proc.ts';
import { Random } from './random.ts';

/**
 * What code under test takes from node rather than from a port, answered by the simulation while one runs: random
 * bytes, the process's id, its host, what /proc says and whether another lives, and turns of the event loop. Everything is as before
 * when none runs. The code under test is not changed: the live bindings of node's own modules are.
 */
interface Simulation {
  readonly machine: Machine;
  readonly entropy: Random;
  readonly platform: NodeJS.Platform;
}

let simulation: Simulation | null = null;
let installed = false;

const original = {
  random: Math.random,
  kill: process.kill.bind(process),
  pid: process.pid,
  platform: process.platform,
  hostname: os.hostname,
  readFileSync: fs.readFileSync,
  readlinkSync: fs.readlinkSync,
  randomBytes: crypto.randomBytes,
  randomFillSync: crypto.randomFillSync,
  randomUUID: crypto.randomUUID,
  getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
  setImmediate: timers.setImmediate,
};

/**
 * Runs everything that does not wait for the simulation itself: promises, as nothing here waits for the real world. A tick
 * comes when no promise has anything left to do, and costs a tenth of a turn of the event loop.
 */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** Runs `work` with this machine in the place of the real one. Not reentrant. */
export async function onSimulatedHost<T>(settings: Simulation, work: () => Promise<T>): Promise<T> {
  if (simulation !== null) throw new Error('A simulation is running already; wait for it.');
  install(settings);
  simulation = settings;
  // A test of something else in this process may have put a value of its own into the place of the getter.
  if (process.platform !== settings.platform) {
    simulation = null;
    throw new Error(
      'process.platform is not the simulation’s any more; whoever replaced it has to put its descriptor back.',
    );
  }
  const { stackTraceLimit } = Error;
  // Most calls that fail are looked into and forgotten; their stacks would take a third of the time.
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    simulation = null;
    // Whoever else lives in this process, such as a test runner, gets a turn too.
    await original.setImmediate();
  }
}

function install(settings: Simulation): void {
  if (installed) return;
  installed = true;
  Math.random = () => (simulation === null ? original.random() : simulation.entropy.next());
  Object.defineProperty(process, 'pid', {
    configurable: true,
    enumerable: true,
    get: () => simulation?.machine.current?.pid ?? original.pid,
  });
  Object.defineProperty(process, 'platform', {
    configurable: true,
    enumerable: true,
    get: () => simulation?.platform ?? original.platform,
  });
  process.kill = kill;
  Object.assign(fs, { readFileSync, readlinkSync });
  os.hostname = () => simulation?.machine.current?.host ?? original.hostname();
  installRandomness();
  Object.assign(timers, { setImmediate: turnOfTheLoop });
  syncBuiltinESMExports();
  usePoolUp(settings);
}

/** What a pool is made to hold at most. */
const mostNonces = 10_000;
/** How many pools were filled while something was simulated; each says from then on that it is empty. */
let filledPools = 0;

/** Random bytes that the process fetched before anything was simulated would be used in the first run, and in no other of its seed. */
function usePoolUp(settings: Simulation): void {
  simulation = { ...settings, entropy: new Random(0) };
  for (let made = 0; made < mostNonces; made += 1) {
    newNonce();
    if (filledPools > 0) return;
  }
  throw new Error('The pool of random bytes that nonces come from was not used up.');
}

function readFileSync(path: unknown, ...rest: unknown[]): unknown {
  const current = simulation?.machine.current;
  if (current === undefined || current === null || typeof path !== 'string' || !path.startsWith('/proc/'))
    return Reflect.apply(original.readFileSync, fs, [path, ...rest]);
  return procFile(path, current, simulation?.platform === 'linux');
}

function readlinkSync(path: unknown, ...rest: unknown[]): unknown {
  const current = simulation?.machine.current;
  if (current === undefined || current === null || typeof path !== 'string' || !path.startsWith('/proc/'))
    return Reflect.apply(original.readlinkSync, fs, [path, ...rest]);
  return procLink(path, simulation?.platform === 'linux');
}

/** Signal 0 to a simulated process asks whether it lives. */
function kill(pid: number, signal?: string | number): true {
  if (simulation === null || pid < 1_000_000_000) return original.kill(pid, signal);
  const target = simulation.machine.processes.get(pid);
  if (target !== undefined && target.state !== 'dead') return true;
  throw Object.assign(new Error(`kill ESRCH ${pid}`), { code: 'ESRCH', syscall: 'kill' });
}

/** A place where others may go on, like any call. */
async function turnOfTheLoop<T>(value?: T): Promise<T | undefined> {
  const machine = simulation?.machine;
  if (machine?.current === null || machine?.current === undefined) return original.setImmediate(value);
  await machine.perform(machine.current, 'turn', () => undefined);
  return value;
}

function installRandomness(): void {
  Object.assign(crypto, { randomFillSync, randomBytes, randomUUID });
  globalThis.crypto.getRandomValues = getRandomValues;
}

function randomFillSync<T extends NodeJS.ArrayBufferView>(view: T): T {
  if (simulation === null) return original.randomFillSync(view);
  simulation.entropy.fillBytes(new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, 64)));
  // Who keeps a pool of random bytes would carry some from run to run. A pool that says that it is empty is filled again
  // each time; its first bytes are the ones used.
  if (view.byteLength > 64) {
    Object.defineProperty(view, 'length', { configurable: true, value: 0 });
    filledPools += 1;
  }
  return view;
}

function randomBytes(size: number): Buffer {
  return simulation === null ? original.randomBytes(size) : simulation.entropy.fillBytes(Buffer.alloc(size));
}

function randomUUID(options?: crypto.RandomUUIDOptions): string {
  if (simulation === null) return original.randomUUID(options);
  const hex = Buffer.from(simulation.entropy.fillBytes(new Uint8Array(16))).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function getRandomValues<T extends NodeJS.ArrayBufferView | null>(view: T): T {
  if (simulation === null || view === null) return original.getRandomValues(view as never) as T;
  simulation.entropy.fillBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return view;
}
