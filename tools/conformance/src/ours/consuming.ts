import { createInterface } from 'node:readline';
import type { Message } from '@tapps-agents/contracts';
import { openQueue, QueueError, type Delivery, type Queue } from '@tapps-agents/queue';

type Request = Readonly<Record<string, unknown>> & { readonly command: string };

/** Answers requests, a line each, until the input ends. */
export async function consume(root: string, agent: string, lease_ms: number): Promise<void> {
  await using queue = await openQueue({ root, agent, lease: lease_ms, retention: false });
  await queue.registerAgent(agent);
  const failures: unknown[] = [];
  queue.events.on('error', (error) => failures.push(error));
  const held = new Map<string, Delivery>();
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await answerTo(JSON.parse(line) as Request, queue, held, failures);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function answerTo(
  request: Request,
  queue: Queue,
  held: Map<string, Delivery>,
  failures: unknown[],
): Promise<object> {
  failures.length = 0;
  try {
    const result = (await act(request, queue, held)) ?? null;
    // What a claim could not look at is told beside it; here there is nobody else to tell.
    if (result === null && failures.length > 0) throw failures[0];
    return { result };
  } catch (error) {
    const code = error instanceof QueueError && error.code === 'ERR_LEASE_LOST' ? 'lease_lost' : 'failed';
    return { error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

async function act(request: Request, queue: Queue, held: Map<string, Delivery>): Promise<unknown> {
  const { command, lease, delay_ms } = request;
  if (command === 'claim') return await claim(queue, held, Number(request['wait_ms']));
  if (command === 'takeover')
    return void (await queue.store.recover({ kind: 'inbox', agentId: queue.agent }));
  const delivery = held.get(String(lease));
  if (delivery === undefined) throw new Error(`${String(lease)} is not held here.`);
  const delay = delay_ms === undefined ? {} : { delay: Number(delay_ms) };
  switch (command) {
    case 'renew':
      return await delivery.renew();
    case 'ack':
      return await delivery.ack({ publish: (request['send'] ?? []) as Message[] });
    case 'release':
      return await delivery.snooze(Number(delay_ms ?? 0));
    case 'retry':
      return await delivery.retry({ ...delay, error: new Error(String(request['error'])) });
    case 'reject':
      return await delivery.reject(String(request['reason']));
    default:
      throw new Error(`There is no command ${command}.`);
  }
}

/** One message, if there is one within the time. */
async function claim(queue: Queue, held: Map<string, Delivery>, wait_ms: number): Promise<unknown> {
  // A session keeps what it holds until it is settled; by itself, a delivery taken by hand goes back after a lease.
  const receiver = queue.receive({ signal: AbortSignal.timeout(Math.max(1, wait_ms)), lease: 3_600_000 });
  const { value } = await receiver.next();
  await receiver.return?.();
  if (value === undefined) return null;
  held.set(value.entryId, value);
  return { lease: value.entryId, delivery: value.deliveries, message: value.message };
}
