import type { Queue } from '@tapps-agents/queue';
import type { Assignment } from './assignment.ts';
import type { Notebook } from './notes.ts';
import { plannedId, plannedMessage } from './planned-message.ts';
import { integerBetween, seededRandom } from './random.ts';

/** Sends all that it was told to, in the way of its role, and notes each promise as soon as it is given. */
export async function produce(queue: Queue, notebook: Notebook, assignment: Assignment): Promise<void> {
  const { role, name, messages, again } = assignment;
  const ids = [...again, ...Array.from({ length: messages }, (_, index) => plannedId(name, index))];
  const random = seededRandom(assignment.seed);
  const mostAtOnce = role === 'many at once' ? 100 : 1;
  const caller = async (): Promise<void> => {
    while (ids.length > 0) {
      const batch = ids.splice(0, integerBetween(random, 1, mostAtOnce));
      await send(queue, notebook, assignment, batch);
    }
  };
  await Promise.all(Array.from({ length: role === '64 callers' ? 64 : 1 }, caller));
}

async function send(
  queue: Queue,
  notebook: Notebook,
  { durability }: Assignment,
  ids: readonly string[],
): Promise<void> {
  const messages = ids.map((id) => plannedMessage(id));
  const options = { durability, register: true };
  notebook.write(...ids.map((id) => ({ what: 'sending', id }) as const));
  const [first] = messages;
  const results =
    messages.length === 1 && first !== undefined
      ? [await queue.send(first, options)]
      : await queue.sendMany(messages, options);
  notebook.write(
    ...results.map((result) => {
      // A level that was not reached would be no promise; every file system that is tried here can give it.
      if (result.durability !== durability)
        throw new Error(`${result.messageId} is only ${result.durability}.`);
      return { what: 'sent', id: result.messageId } as const;
    }),
  );
}
