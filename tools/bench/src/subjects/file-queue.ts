import { BATCH, type Subject } from '../operation.ts';
import { requirePeer } from '../peer-modules.ts';
import { sampleText } from '../workload.ts';

type Done = (error?: Error | null) => void;
interface Queue {
  push(message: unknown, done: Done): void;
  tpop(taken: (error: Error | null, message: unknown, commit: (done: Done) => void) => void): void;
  stop(): void;
}
type QueueClass = new (options: { path: string; persistent: boolean }, done: Done) => Queue;

/** file-queue: a maildir with callbacks, whose transaction is a rename and an unlink. */
export async function openFileQueue(directory: string): Promise<Subject> {
  const { Queue: Class } = requirePeer('files', 'file-queue') as { Queue: QueueClass };
  const queue = await new Promise<Queue>((resolve, reject) => {
    const made: Queue = new Class({ path: directory, persistent: false }, (error) =>
      error ? reject(error) : resolve(made),
    );
  });
  const payload: unknown = JSON.parse(sampleText());
  const push = (): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push(payload, (error) => (error ? reject(error) : resolve()));
    });
  const pop = (): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.tpop((error, _message, commit) => {
        if (error) reject(error);
        else commit((failure) => (failure ? reject(failure) : resolve()));
      });
    });
  const send = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) await push();
  };
  const inBatches = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += BATCH)
      await Promise.all(Array.from({ length: Math.min(BATCH, count - done) }, push));
  };
  return {
    operations: {
      send: { run: send },
      send_many: { run: inBatches },
      receive: {
        fill: inBatches,
        async run(count) {
          for (let done = 0; done < count; done += 1) await pop();
        },
      },
    },
    close: () => queue.stop(),
  };
}
