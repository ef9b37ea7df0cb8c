import type { Clock, Durability, FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Consumer, type Delivery, type Queue } from '@tapps-agents/queue';
import { Gate } from '../gate.ts';
import { BATCH, type Operation, type OperationName, type Subject } from '../operation.ts';
import { assignment, Errand, errand, many, WORKER } from '../workload.ts';
import type { Message } from '@tapps-agents/contracts';

type OpenQueue = Queue<readonly [typeof Errand]>;

/** This project's queue, which does everything. */
export interface QueueSubject extends Subject {
  readonly operations: Record<OperationName, Operation>;
}

/** The queue, used as its README says; on `fileSystem` and by `clock`, if they are given. */
export async function openQueueSubject(
  directory: string,
  ports: { readonly fileSystem?: FileSystem; readonly clock?: Clock } = {},
): Promise<QueueSubject> {
  const queue = await openQueue({
    root: directory,
    agent: WORKER,
    messages: [Errand],
    retention: false,
    ...ports,
  });
  await queue.registerAgent(WORKER);
  return {
    operations: {
      send: sending(queue, 'none', 1),
      send_many: sending(queue, 'none', BATCH),
      send_durable: sending(queue, 'full', 1),
      send_concurrently: sendingConcurrently(queue),
      receive: receiving(queue),
      work: working(queue),
    },
    close: () => queue.close(),
  };
}

function sending(queue: OpenQueue, durability: Durability, batch: number): Operation {
  let messages: Message[] = [];
  return {
    ready(count) {
      messages = many(count, assignment);
    },
    async run() {
      if (batch === 1) {
        for (const message of messages) await queue.send(message, { durability });
        return;
      }
      for (let at = 0; at < messages.length; at += batch)
        await queue.sendMany(messages.slice(at, at + batch), { durability });
    },
  };
}

function sendingConcurrently(queue: OpenQueue): Operation {
  let messages: Message[] = [];
  return {
    ready(count) {
      messages = many(count, assignment);
    },
    async run() {
      for (let at = 0; at < messages.length; at += BATCH)
        await Promise.all(
          messages.slice(at, at + BATCH).map((message) => queue.send(message, { durability: 'full' })),
        );
    },
  };
}

function receiving(queue: OpenQueue): Operation {
  let deliveries: AsyncIterator<Delivery, undefined> | undefined;
  return {
    fill: (count) => fill(queue, count, assignment),
    async run(count) {
      deliveries ??= queue.receive({ types: ['task_assignment'] });
      for (let taken = 0; taken < count; taken += 1) {
        const next = await deliveries.next();
        if (next.done === true) throw new Error('The queue ended.');
        await next.value.ack();
      }
    },
  };
}

/** One worker for all slices: its handlers wait at a gate while nothing is measured. */
function working(queue: OpenQueue): Operation {
  const gate = new Gate();
  let consumer: Consumer | undefined;
  return {
    fill: (count) => fill(queue, count, errand),
    async run(count) {
      const acked = gate.open(count);
      if (consumer === undefined) {
        queue.events.on('acked', () => gate.passed());
        consumer = queue.work({ errand: () => gate.enter() }, { concurrency: 8 });
      }
      await acked;
    },
  };
}

async function fill(queue: OpenQueue, count: number, make: () => Message): Promise<void> {
  for (let done = 0; done < count; done += 1_000) {
    const batch = many(Math.min(1_000, count - done), make);
    await queue.sendMany(batch, { durability: 'none', to: WORKER });
  }
}
