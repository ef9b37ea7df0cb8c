import { BATCH, type Operation, type Subject } from '../operation.ts';
import { importPeer } from '../peer-modules.ts';
import { Gate } from '../gate.ts';
import { sampleText } from '../workload.ts';
import { openDatabase, type Database, type Synchronous } from './sqlite.ts';

interface Plainjob {
  better: (database: Database) => unknown;
  defineQueue: (options: {
    connection: unknown;
    logger: unknown;
    serializer: (data: unknown) => string;
  }) => Queue;
  defineWorker: (
    type: string,
    processor: () => Promise<void> | void,
    options: { queue: Queue; logger: unknown; pollIntervall: number; onCompleted: () => void },
  ) => { start(): Promise<void> };
}
interface Queue {
  add(type: string, data: unknown): void;
  addMany(type: string, data: unknown[]): void;
  getAndMarkJobAsProcessing(type: string): { id: number } | undefined;
  getJobById(id: number): { data: string } | undefined;
  markJobAsDone(id: number): void;
  close(): void;
}

const silent = { error() {}, warn() {}, info() {}, debug() {} };

/** plainjob on better-sqlite3. Its worker takes one job at a time. */
export async function openPlainjob(directory: string, synchronous: Synchronous): Promise<Subject> {
  const { better, defineQueue, defineWorker } = (await importPeer('sqlite', 'plainjob')) as Plainjob;
  const database = openDatabase(directory, 'default');
  const queue = defineQueue({ connection: better(database), logger: silent, serializer: String });
  // After it was opened: it sets pragmas of its own.
  if (synchronous === 'full') database.pragma('synchronous = FULL');
  const text = sampleText();
  const fill = (count: number): Promise<void> =>
    Promise.resolve(
      queue.addMany(
        'job',
        Array.from({ length: count }, () => text),
      ),
    );
  const send: Operation = {
    run(count) {
      for (let done = 0; done < count; done += 1) queue.add('job', text);
    },
  };
  const inBatches: Operation = {
    run(count) {
      for (let done = 0; done < count; done += BATCH)
        queue.addMany(
          'job',
          Array.from({ length: Math.min(BATCH, count - done) }, () => text),
        );
    },
  };
  const receive: Operation = {
    fill,
    run(count) {
      for (let done = 0; done < count; done += 1) {
        const job = queue.getAndMarkJobAsProcessing('job');
        if (job === undefined) throw new Error('plainjob has no job left.');
        JSON.parse(queue.getJobById(job.id)?.data ?? '');
        queue.markJobAsDone(job.id);
      }
    },
  };
  const gate = new Gate();
  let started = false;
  const work: Operation = {
    fill,
    async run(count) {
      const finished = gate.open(count);
      if (!started) {
        started = true;
        const options = { queue, logger: silent, pollIntervall: 5, onCompleted: () => gate.passed() };
        void defineWorker('job', () => gate.enter(), options).start();
      }
      await finished;
    },
  };
  return {
    operations:
      synchronous === 'full'
        ? // It is synchronous, so callers that know nothing of each other come one after the other, each with a commit of its own.
          { send_durable: send, send_concurrently: send, receive }
        : { send, send_many: inBatches, receive, work },
    close: () => queue.close(),
  };
}
