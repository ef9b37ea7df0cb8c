import { randomUUID } from 'node:crypto';
import { Gate } from '../gate.ts';
import { BATCH, type Operation, type Subject } from '../operation.ts';
import { importPeer } from '../peer-modules.ts';
import { sampleText } from '../workload.ts';

interface Platformatic {
  FileStorage: new (options: { basePath: string }) => unknown;
  Queue: new (options: { storage: unknown; concurrency: number }) => Queue;
}
interface Queue {
  start(): Promise<void>;
  stop(): Promise<void>;
  execute(handler: () => Promise<unknown>): void;
  enqueue(id: string, payload: unknown): Promise<unknown>;
  on(event: 'completed', listener: () => void): void;
}

/** @platformatic/job-queue on its file store. It flushes each file, and no directory. */
export async function openPlatformatic(directory: string): Promise<Subject> {
  const { FileStorage, Queue: Class } = (await importPeer(
    'files',
    '@platformatic/job-queue',
  )) as Platformatic;
  const storage = new FileStorage({ basePath: directory });
  const payload: unknown = JSON.parse(sampleText());
  const gate = new Gate();
  const working = (concurrency: number): Operation => {
    // Nothing is taken out before there is a handler.
    const queue = new Class({ storage, concurrency });
    let started: Promise<void> | undefined;
    let handled = false;
    const start = (): Promise<void> => (started ??= queue.start());
    return {
      async fill(count) {
        await start();
        await sendAtOnce(queue, count);
      },
      async run(count) {
        await start();
        const finished = gate.open(count);
        if (!handled) {
          handled = true;
          queue.on('completed', () => gate.passed());
          queue.execute(async () => {
            await gate.enter();
            return {};
          });
        }
        await finished;
      },
    };
  };
  const producer = new Class({ storage, concurrency: 1 });
  const sendAtOnce = async (queue: Queue, count: number): Promise<void> => {
    for (let done = 0; done < count; done += BATCH)
      await Promise.all(
        Array.from({ length: Math.min(BATCH, count - done) }, () => queue.enqueue(randomUUID(), payload)),
      );
  };
  let begun: Promise<void> | undefined;
  const send: Operation = {
    ready: () => (begun ??= producer.start()),
    async run(count) {
      for (let done = 0; done < count; done += 1) await producer.enqueue(randomUUID(), payload);
    },
  };
  return {
    operations: {
      send,
      send_many: {
        ready: () => (begun ??= producer.start()),
        run: (count) => sendAtOnce(producer, count),
      },
      receive: working(1),
      work: working(8),
    },
    // It is ended with its process: stopping waits for a poll of seconds.
    close() {},
  };
}
