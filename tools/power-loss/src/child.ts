import { setTimeout as pause } from 'node:timers/promises';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Queue } from '@tapps-agents/queue';
import type { Assignment } from './assignment.ts';
import { bringBack, collect, receive, work } from './consumers.ts';
import { withFault } from './faults.ts';
import { noteEvents } from './handler.ts';
import { lockAgainAndAgain } from './locker.ts';
import { Notebook } from './notes.ts';
import { LEAD, CODER, TESTER } from './planned-message.ts';
import { produce } from './producer.ts';
import type { PromisedNotes } from './promised-notes.ts';

/* One process of a round; what it is to do, its parameter says. Who has nothing left to do ends; consumers go on until they are killed. */

const assignment: Assignment = JSON.parse(process.argv[2] ?? '');
const notebook = new Notebook(assignment.notes);
const fileSystem = withFault(nodeFileSystem(), assignment.fault);

try {
  await play();
} catch (error) {
  notebook.write({ what: 'trouble', text: `${assignment.role}: ${textOf(error)}` });
  process.exitCode = 1;
}

async function play(): Promise<void> {
  switch (assignment.role) {
    case 'one by one':
      await withQueue(LEAD, (queue) => produce(queue, notebook, assignment));
      return;
    case 'many at once':
      await withQueue(LEAD, (queue) =>
        Promise.all([produce(queue, notebook, assignment), lockUntilKilled()]),
      );
      return;
    case '64 callers':
      await withQueue(LEAD, (queue) => produce(queue, notebook, assignment));
      return;
    case 'worker':
      await withQueue(CODER, (queue) => Promise.all([work(queue, notebook).done, lockUntilKilled()]));
      return;
    case 'receiver':
      await withQueue(TESTER, async (queue, promised) => {
        await queue.registerAgent(TESTER);
        await receive(queue, notebook, promised);
      });
      return;
    case 'steward':
      await withQueue(LEAD, (queue) => Promise.all([collect(queue, notebook).done, tidyUntilKilled(queue)]));
      return;
    case 'sender and receiver':
      await withQueue(LEAD, (queue) => produce(queue, notebook, assignment));
      await withQueue(TESTER, (queue, promised) => receive(queue, notebook, promised, true));
      return;
    case 'successor':
      await succeed();
  }
}

/** All that is left of the round, with nobody's help, by the means that users have. */
async function succeed(): Promise<void> {
  await withQueue(CODER, async (queue) => {
    await work(queue, notebook, true).done;
  });
  await withQueue(TESTER, async (queue, promised) => {
    await queue.registerAgent(TESTER);
    await receive(queue, notebook, promised, true);
  });
  await withQueue(LEAD, async (queue) => {
    await collect(queue, notebook, true).done;
    await queue.operations.retain();
  });
  await lockAgainAndAgain(assignment.root, notebook, fileSystem, 1);
}

async function withQueue(
  agent: string,
  act: (queue: Queue, promised: PromisedNotes) => Promise<unknown>,
): Promise<void> {
  const { root, durability, ackDurability } = assignment;
  const plain = durability === 'full' ? {} : { durability };
  await using queue = await openQueue({ root, agent, ackDurability, fileSystem, ...plain });
  await act(queue, noteEvents(queue, notebook));
}

async function lockUntilKilled(): Promise<void> {
  await lockAgainAndAgain(assignment.root, notebook, fileSystem);
}

async function tidyUntilKilled(queue: Queue): Promise<void> {
  for (;;) {
    await bringBack(queue, notebook);
    await queue.operations.retain();
    await pause(50);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
