import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, type Queue } from '@tapps-agents/queue';
import type { AgentSettings } from './agent-jobs.ts';
import { promise, type CheckPlace } from './check.ts';
import { startChild, type Child } from './child.ts';
import { until } from './until.ts';

const perProducer = 100;

/**
 * Two producers and two consumers, each a process of its own; one consumer is killed while it holds a message. Everything must
 * be finished, by the ledger, and nothing handled twice but what the killed one had in hand, which another has to handle again.
 */
export async function runTraffic({ directory, fault }: CheckPlace, patience_ms?: number): Promise<string> {
  const root = join(directory, 'messages');
  await using mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  const start = (job: AgentSettings['job'], name: string, count: number): Child =>
    startChild({ job, root, name, count, fault });
  const producers = [start('produce', 'first', perProducer), start('produce', 'second', perProducer)];
  const victim = start('consume', 'victim', 5);
  const survivor = start('consume', 'survivor', 0);
  const all = [...producers, victim, survivor];
  try {
    for (const child of all) await child.next();
    for (const producer of producers) producer.tell('go');
    const victimsLife = follow(victim);
    const survivorsLife = follow(survivor);
    // Whoever ends early is found out below.
    for (const life of [victimsLife, survivorsLife]) void life.end.catch(() => {});
    victim.tell('go');
    // It holds one message and goes on with others, against the survivor, until it is killed.
    await until('a task to be held', () => victimsLife.held !== null, patience_ms);
    survivor.tell('go');
    await until(
      'the others',
      async () => survivorsLife.handled.size > 20 || (await isIdle(mq, 1)),
      patience_ms,
    );
    victim.kill('SIGKILL');
    await victim.exited;
    for (const producer of producers) await producer.next();
    await until('every task to be handled', async () => await isIdle(mq, 0), patience_ms);
    survivor.tell('stop');
    for (const life of [victimsLife, survivorsLife]) await life.end;
    compare(root, victimsLife, survivorsLife);
    return 'holds';
  } finally {
    for (const child of all) await child[Symbol.asyncDispose]();
  }
}

/** What a consumer said so far. */
interface Life {
  /** How often a handler began with each id. */
  readonly handled: Map<string, number>;
  readonly acked: Set<string>;
  /** What it never finishes; null until it has it. */
  held: string | null;
  end: Promise<void>;
}

function follow(child: Child): Life {
  const life: Life = { handled: new Map(), acked: new Set(), held: null, end: Promise.resolve() };
  life.end = (async () => {
    for await (const said of child.everything<{ handling?: string; acked?: string; held?: string }>()) {
      if (said.handling !== undefined)
        life.handled.set(said.handling, (life.handled.get(said.handling) ?? 0) + 1);
      if (said.acked !== undefined) life.acked.add(said.acked);
      if (said.held !== undefined) life.held = said.held;
    }
  })();
  return life;
}

/** Whether nothing waits, and no more than so many tasks are in hand. */
async function isIdle(mq: Queue, mostLeased: number): Promise<boolean> {
  const { boxes } = await mq.operations.inspect();
  const inbox = boxes.find(({ box }) => box.kind === 'inbox');
  promise(inbox?.dead === 0, `${inbox?.dead} tasks were quarantined.`);
  return inbox?.ready === 0 && inbox.delayed === 0 && inbox.leased <= mostLeased;
}

function compare(root: string, victim: Life, survivor: Life): void {
  const ids = ['first', 'second'].flatMap((name) =>
    Array.from({ length: perProducer }, (_, index) => `${name}-${index}`),
  );
  for (const id of ids) {
    const byVictim = victim.handled.get(id) ?? 0;
    const bySurvivor = survivor.handled.get(id) ?? 0;
    promise(byVictim + bySurvivor > 0, `${id} was handled never.`);
    // That a handler began says nothing of the end: what the killed one had begun may have been lost with it.
    promise(existsSync(join(root, 'processed/inbox/coder/w', id, `${id}.json`)), `${id} was never finished.`);
    promise(byVictim <= 1 && bySurvivor <= 1, `One process handled ${id} more than once.`);
    // What the killed one had acknowledged is done; what it had in hand comes again.
    promise(bySurvivor === 0 || !victim.acked.has(id), `${id} was handled again after its acknowledgement.`);
    promise(byVictim + bySurvivor === 1 || byVictim === 1, `${id} was handled twice.`);
  }
  promise(survivor.handled.has(victim.held ?? ''), `${victim.held}, which was held, was not handled again.`);
  const again = ids.filter((id) => victim.handled.has(id) && survivor.handled.has(id));
  promise(again.length <= 2, `${again.length} were handled again, and the killed process held 2 at most.`);
}
