import fs from 'node:fs';
import { join } from 'node:path';
import { serializeMessage, tryParseMessage, type Message } from '@tapps-agents/contracts';
import { BATCH, type Operation, type Subject } from '../operation.ts';
import { assignment, DEFINITIONS, errand, many } from '../workload.ts';

/** `work` holds so many messages at once, as the queue does, and lists the leases once for all of them. */
const HELD = 8;

/**
 * A bare rendering of the protocol: what it asks for beyond the floor, and nothing else. A message is validated, turned into text and
 * parsed, its recipient looked for, what is to be durable flushed without standing still, all leases listed, the ledger looked into
 * at both places, the time of processing stamped. No queue: names are known beforehand, nobody else is there, nothing is recovered.
 */
export function openProtocolCalls(directory: string): Subject {
  const calls = new Calls(directory);
  const receiving = (held: number, make: () => Message): Operation => ({
    fill(count) {
      for (const message of many(count, make)) calls.send(message);
      return Promise.resolve();
    },
    run(count) {
      for (let done = 0; done < count; done += held) calls.receive(Math.min(held, count - done));
    },
  });
  return {
    operations: {
      send: sending((messages) => messages.forEach((message) => calls.send(message))),
      send_many: sending((messages) => {
        for (let at = 0; at < messages.length; at += BATCH) calls.sendMany(messages.slice(at, at + BATCH));
      }),
      send_durable: sending((messages) => calls.sendDurably(messages)),
      send_concurrently: sending(async (messages) => {
        for (let at = 0; at < messages.length; at += BATCH)
          await calls.sendTogether(messages.slice(at, at + BATCH));
      }),
      receive: receiving(1, () => assignment()),
      work: receiving(HELD, errand),
    },
    close() {},
  };
}

function sending(send: (messages: readonly Message[]) => Promise<void> | void): Operation {
  let messages: readonly Message[] = [];
  return {
    ready(count) {
      messages = many(count, () => assignment());
    },
    run: () => send(messages),
  };
}

class Calls {
  readonly #directory: string;
  readonly #encoder = new TextEncoder();
  #sent = 0;
  #claimed = 0;

  constructor(directory: string) {
    this.#directory = directory;
    for (const name of ['tmp', 'inbox', 'locks', 'processed', 'earlier']) fs.mkdirSync(join(directory, name));
  }

  send(message: Message): void {
    const bytes = this.#bytesOf(message);
    this.#look();
    fs.closeSync(this.#write(bytes, this.#sent));
    this.#publish(this.#sent);
    this.#sent += 1;
  }

  /** One after the other; flushes are waited for, as nothing else of the process may stand still meanwhile. */
  async sendDurably(messages: readonly Message[]): Promise<void> {
    for (const message of messages) {
      const bytes = this.#bytesOf(message);
      this.#look();
      await flushAndClose(this.#write(bytes, this.#sent));
      this.#publish(this.#sent);
      await flushAndClose(fs.openSync(join(this.#directory, 'inbox'), 'r'));
      this.#sent += 1;
    }
  }

  /** All at once: what several callers send is written, flushed through the thread pool, and published with one flush of the box. */
  async sendTogether(messages: readonly Message[]): Promise<void> {
    const descriptors = messages.map((message, at) => {
      const bytes = this.#bytesOf(message);
      this.#look();
      return this.#write(bytes, this.#sent + at);
    });
    await Promise.all(descriptors.map(flushAndClose));
    for (const at of messages.keys()) this.#publish(this.#sent + at);
    await flushAndClose(fs.openSync(join(this.#directory, 'inbox'), 'r'));
    this.#sent += messages.length;
  }

  sendMany(messages: readonly Message[]): void {
    const texts = messages.map((message) => this.#bytesOf(message));
    this.#look();
    for (const [at, bytes] of texts.entries()) fs.closeSync(this.#write(bytes, this.#sent + at));
    for (const at of texts.keys()) this.#publish(this.#sent + at);
    this.#sent += messages.length;
  }

  /** Claims so many, looks at the leases one time, and finishes them. */
  receive(count: number): void {
    const claimed = Array.from({ length: count }, (_, at) => this.#claimed + at);
    for (const number of claimed) fs.renameSync(this.#path('inbox', number), this.#path('locks', number));
    if (fs.readdirSync(join(this.#directory, 'locks')).length !== count)
      throw new Error('Somebody else is there.');
    for (const number of claimed) this.#finish(number);
    this.#claimed += count;
  }

  #finish(number: number): void {
    const leased = this.#path('locks', number);
    const processed = this.#path('processed', number);
    const parsed = tryParseMessage(fs.readFileSync(leased), DEFINITIONS);
    if (!parsed.ok) throw parsed.error;
    for (const path of [this.#path('earlier', number), processed])
      if (fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined)
        throw new Error(`${path} is there already.`);
    const now_s = Date.now() / 1_000;
    fs.lutimesSync(leased, now_s, now_s);
    fs.renameSync(leased, processed);
  }

  #bytesOf(message: Message): Uint8Array {
    return this.#encoder.encode(serializeMessage(message, DEFINITIONS));
  }

  /** Whether the recipient is registered. */
  #look(): void {
    fs.lstatSync(join(this.#directory, 'inbox'));
  }

  #write(bytes: Uint8Array, number: number): number {
    const descriptor = fs.openSync(this.#path('tmp', number), 'wx', 0o600);
    fs.writeSync(descriptor, bytes);
    return descriptor;
  }

  #publish(number: number): void {
    fs.renameSync(this.#path('tmp', number), this.#path('inbox', number));
  }

  #path(place: string, number: number): string {
    const id = String(number).padStart(36, '0');
    return `${this.#directory}/${place}/20251214T103500_123Z_${id}_task_assignment~p1~${id.slice(-6)}.json`;
  }
}

function flushAndClose(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => {
      fs.closeSync(descriptor);
      if (error === null) resolve();
      else reject(error);
    });
  });
}
