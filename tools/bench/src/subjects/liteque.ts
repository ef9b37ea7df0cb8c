import { join } from 'node:path';
import { BATCH, type Subject } from '../operation.ts';
import { importPeer } from '../peer-modules.ts';
import { sampleText } from '../workload.ts';

interface Liteque {
  buildDBClient: (path: string, options: { runMigrations: boolean }) => unknown;
  SqliteQueue: new (
    name: string,
    database: unknown,
    options: { defaultJobArgs: { numRetries: number }; keepFailedJobs: boolean },
  ) => Queue;
}
interface Job {
  id: number;
  allocationId: string;
  payload: string;
}
interface Queue {
  enqueue(payload: unknown): Promise<unknown>;
  attemptDequeue(options: { timeoutSecs: number }): Promise<Job | null>;
  finalize(id: number, allocationId: string, status: string): Promise<unknown>;
}

/** liteque on better-sqlite3 11, with the verbs that its runner calls. */
export async function openLiteque(directory: string): Promise<Subject> {
  const { buildDBClient, SqliteQueue } = (await importPeer('liteque', 'liteque')) as Liteque;
  const database = buildDBClient(join(directory, 'queue.db'), { runMigrations: true });
  const queue = new SqliteQueue('bench', database, {
    defaultJobArgs: { numRetries: 0 },
    keepFailedJobs: false,
  });
  const payload: unknown = JSON.parse(sampleText());
  const send = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) await queue.enqueue(payload);
  };
  return {
    operations: {
      send: { run: send },
      send_many: {
        async run(count) {
          for (let done = 0; done < count; done += BATCH)
            await Promise.all(
              Array.from({ length: Math.min(BATCH, count - done) }, () => queue.enqueue(payload)),
            );
        },
      },
      receive: {
        fill: send,
        async run(count) {
          for (let done = 0; done < count; done += 1) {
            const job = await queue.attemptDequeue({ timeoutSecs: 60 });
            if (job === null) throw new Error('liteque has no job left.');
            JSON.parse(job.payload);
            await queue.finalize(job.id, job.allocationId, 'completed');
          }
        },
      },
    },
    close() {},
  };
}
