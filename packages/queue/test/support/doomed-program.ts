import { appendFileSync, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Delivery, type Duration } from '../../src/index.ts';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { beforeChanges } from './before-changes.ts';
import { FAULTS_OF_OTHERS, type FaultOfOthers } from './faults-of-others.ts';

/** What `startChild('doomed-program.ts', settings)` takes. */
export interface DoomedSettings {
  readonly job: 'send' | 'requeue' | 'handle' | 'die' | 'block' | 'flood' | 'pause';
  readonly root: string;
  /** The process kills itself (SIGKILL) before its n-th call that changes the disk, counted from where its job begins. */
  readonly killAt?: number;
  /** A fault of others that this process has. */
  readonly fault?: FaultOfOthers;
  readonly lease?: Duration;
  /** A file to which handlers append `<message_id> <deliveries>\n`. */
  readonly effects?: string;
  /** flood: how many writers, how many messages each, and the number of this process. */
  readonly writers?: number;
  readonly messages?: number;
  readonly index?: number;
  /** block: blocks until this file exists. */
  readonly until?: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as DoomedSettings;
const commands = createInterface(process.stdin)[Symbol.asyncIterator]();

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Calls left until the end; undefined before the job begins. */
let callsLeft: number | undefined;

function countDown(): void {
  if (callsLeft === undefined) return;
  callsLeft -= 1;
  if (callsLeft > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // Where that takes a moment (Windows), nothing is done in it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function taskOf(id: string): TaskAssignment {
  const address = { agent_id: 'boss', assigned_to: 'coder', workflow_id: 'w', task_id: 't' };
  return taskAssignment({ ...address, message_id: id });
}

/** pause: where it takes the mutex, and where it would bring its message in. */
function pausing(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (to.includes('/inbox/')) {
        say('written');
        process.kill(process.pid, 'SIGSTOP');
      }
      await inner.rename(from, to);
      if (!/retention.g\d+~held~/.test(to)) return;
      say('upkeep begins');
      await new Promise(() => {});
    },
  });
}

function fileSystem(): FileSystem {
  const doomed = beforeChanges(nodeFileSystem(), countDown);
  const faulty = settings.fault === undefined ? doomed : FAULTS_OF_OTHERS[settings.fault](doomed);
  return settings.job === 'pause' ? pausing(faulty) : faulty;
}

const mq = await openQueue({
  root: settings.root,
  agent: 'coder',
  pollInterval: 20,
  retention: false,
  fileSystem: fileSystem(),
  ...(settings.lease === undefined ? {} : { lease: settings.lease }),
});

function begin(): void {
  callsLeft = settings.killAt;
}

/** Blocks the whole process, timers and heartbeats too, until a file is there; half a minute at most. */
function blockUntil(path: string): void {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let turn = 0; turn < 3_000 && !existsSync(path); turn += 1) Atomics.wait(nobody, 0, 0, 10);
}

function note({ message_id }: { message_id: string }, { deliveries }: { deliveries: number }): void {
  appendFileSync(settings.effects ?? '', `${message_id} ${deliveries}\n`);
}

const jobs: Readonly<Record<DoomedSettings['job'], () => Promise<void>>> = {
  /** Sends the task `m`, and says what became of it. */
  async send() {
    begin();
    say((await mq.send(taskOf('m'), { durability: 'full' })).status);
  },

  /** Takes one message after the other, and puts each back as failed; ends only by its death. */
  async requeue() {
    await using deliveries = mq.receive();
    begin();
    for await (const delivery of deliveries) await delivery.retry({ delay: 0, error: new Error('not yet') });
  },

  /** Handles what is there, and says `done`. */
  async handle() {
    begin();
    await mq.work({ task_assignment: note }, { untilEmpty: true }).done;
    say('done');
  },

  /** Handles what is there, and dies of each message. */
  async die() {
    const worker = mq.work(
      {
        task_assignment: ({ message_id }, { deliveries }) => {
          note({ message_id }, { deliveries });
          process.kill(process.pid, 'SIGKILL');
        },
      },
      { untilEmpty: true },
    );
    await worker.done;
    say('survived');
  },

  /** Says `ready`; after a command many writers send at once, each one message after the other. Says how many went out. */
  async flood() {
    const { writers = 0, messages = 0, index = 0 } = settings;
    say('ready');
    await commands.next();
    let sent = 0;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let turn = 0; turn < messages; turn += 1) {
          await mq.send(taskOf(`m${index}-${writer}-${turn}`), { durability: 'none' });
          sent += 1;
        }
      }),
    );
    say(sent);
  },

  /**
   * Takes the mutex of upkeep, says `upkeep begins`, and stops there for good; after a command it writes a message, says
   * `written`, and stops itself (SIGSTOP) before it renames it into place.
   */
  async pause() {
    void mq.operations.retain();
    await commands.next();
    await mq.send(taskOf('stopped'), { durability: 'none' });
  },

  /** Receives one message, says so, blocks, then acknowledges, and says `ok` or the error's code. */
  async block() {
    await using deliveries = mq.receive();
    const { value } = (await deliveries.next()) as { value: Delivery };
    say(value.deliveries);
    await commands.next();
    blockUntil(settings.until ?? '');
    // In the same turn of the event loop, so that no timer has told it anything.
    const acknowledged = value.ack();
    await acknowledged.then(
      () => say('ok'),
      (error: unknown) => say(error instanceof Error && 'code' in error ? error.code : String(error)),
    );
    await commands.next();
  },
};

await jobs[settings.job]();
await mq.close();
process.stdin.destroy(); // Which would keep a survivor from ending by itself.
