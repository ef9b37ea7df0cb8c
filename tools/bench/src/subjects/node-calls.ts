import fs from 'node:fs';
import { join } from 'node:path';
import { BATCH, type Operation, type Subject } from '../operation.ts';
import { sampleBytes } from '../workload.ts';

/** The same system calls as in floor.c, through node:fs, with no logic at all. Flushes of a batch go through the thread pool. */
export function openNodeCalls(directory: string): Subject {
  const calls = new Calls(directory);
  const receiving: Operation = {
    fill: (count) => Promise.resolve(calls.sendEach(count, false)),
    run: (count) => calls.receive(count),
  };
  return {
    operations: {
      send: { run: (count) => calls.sendEach(count, false) },
      send_many: { run: (count) => calls.sendBatches(count, false) },
      send_durable: { run: (count) => calls.sendEach(count, true) },
      send_concurrently: { run: (count) => calls.sendBatches(count, true) },
      receive: receiving,
      work: receiving,
    },
    close() {},
  };
}

class Calls {
  readonly #directory: string;
  readonly #bytes = sampleBytes();
  #sent = 0;
  #claimed = 0;

  constructor(directory: string) {
    this.#directory = directory;
    for (const name of ['tmp', 'inbox', 'locks', 'processed']) fs.mkdirSync(join(directory, name));
  }

  sendEach(count: number, durable: boolean): void {
    for (let done = 0; done < count; done += 1) {
      const descriptor = this.#create(this.#sent);
      if (durable) fs.fsyncSync(descriptor);
      fs.closeSync(descriptor);
      this.#publish(this.#sent);
      this.#sent += 1;
      if (durable) this.#flushInbox();
    }
  }

  async sendBatches(count: number, durable: boolean): Promise<void> {
    for (let done = 0; done < count; done += BATCH) {
      const size = Math.min(BATCH, count - done);
      const descriptors = Array.from({ length: size }, (_, at) => this.#create(this.#sent + at));
      if (durable) await Promise.all(descriptors.map((descriptor) => flush(descriptor)));
      for (const descriptor of descriptors) fs.closeSync(descriptor);
      for (let at = 0; at < size; at += 1) this.#publish(this.#sent + at);
      this.#sent += size;
      if (durable) this.#flushInbox();
    }
  }

  receive(count: number): void {
    for (let done = 0; done < count; done += 1) {
      const leased = this.#path('locks', this.#claimed);
      const processed = this.#path('processed', this.#claimed);
      fs.renameSync(this.#path('inbox', this.#claimed), leased);
      fs.readFileSync(leased);
      if (fs.statSync(processed, { throwIfNoEntry: false }) !== undefined)
        throw new Error(`${processed} is there already.`);
      fs.renameSync(leased, processed);
      this.#claimed += 1;
    }
  }

  #create(number: number): number {
    const descriptor = fs.openSync(this.#path('tmp', number), 'wx', 0o600);
    fs.writeSync(descriptor, this.#bytes);
    return descriptor;
  }

  #publish(number: number): void {
    fs.renameSync(this.#path('tmp', number), this.#path('inbox', number));
  }

  #flushInbox(): void {
    const descriptor = fs.openSync(join(this.#directory, 'inbox'), 'r');
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
  }

  #path(place: string, number: number): string {
    const id = String(number).padStart(36, '0');
    return `${this.#directory}/${place}/20251214T103500_123Z_${id}_task_assignment~p1~${id.slice(-6)}.json`;
  }
}

function flush(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}
