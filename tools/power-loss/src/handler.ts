import { randomUUID } from 'node:crypto';
import { taskAssignment, type Message } from '@tapps-agents/contracts';
import {
  reject,
  retry,
  snooze,
  type Delivery,
  type HandlerContext,
  type Queue,
  type TaskHandler,
  type WorkContext,
} from '@tapps-agents/queue';
import { keyOf, type Notebook } from './notes.ts';
import { PromisedNotes } from './promised-notes.ts';
import { CODER, TESTER, type Behaviour } from './planned-message.ts';

/** Notes what the queue says of each message: listeners are called right after the rename, and what was promised stands once the turn is over. */
export function noteEvents(queue: Queue, notebook: Notebook): PromisedNotes {
  const promised = new PromisedNotes(notebook);
  queue.events.on('acked', ({ box, messageId, run }) =>
    promised.add({ what: 'acked', key: keyOf(box, messageId ?? '', run) }),
  );
  queue.events.on('quarantined', ({ box, messageId, run, entryId }) =>
    promised.add({ what: 'dead', key: keyOf(box, messageId ?? '', run), entryId }),
  );
  queue.events.on('lease_lost', ({ entryId }) =>
    notebook.write({ what: 'trouble', text: `The lease on ${entryId} was lost to a living process.` }),
  );
  queue.events.on('error', (error) => {
    promised.failed(error);
    notebook.write({ what: 'trouble', text: String(error) });
  });
  return promised;
}

/** Handles a task of the coder: what it does, the message says. */
export function taskHandler(notebook: Notebook): TaskHandler {
  return async (message, context) => {
    const key = keyOf(context.box, message.message_id, context.run);
    notebook.write({ what: 'started', key });
    switch (behaviourOf(message)) {
      case 'once':
        await rememberedStep(notebook, key, context);
        return {};
      case 'retry':
        return context.failures === 0 ? retry('not yet', { delay: 5 }) : {};
      case 'throw':
        if (context.failures === 0) throw new Error('The handler failed.');
        // Also a step is remembered from one delivery to the next.
        await rememberedStep(notebook, key, context);
        return {};
      case 'snooze':
        if (context.releases > 0) return {};
        await rememberedStep(notebook, key, context);
        return snooze(20);
      case 'reject':
        return context.releases === 0 ? reject('no') : {};
      case 'exhaust':
        // What is brought back was forgiven its deliveries: they count as releases.
        if (context.releases === 0) throw new Error('The handler fails.');
        return {};
      case 'forward':
        notebook.write({ what: 'held', key, id: context.send(forwarded(message), { register: true }) });
        return {};
      case 'report':
        await context.report({ progress_percent: 50 });
        return {};
      case 'finish':
        return {};
    }
  };
}

/** Settles a delivery of the tester by hand. */
export async function settleByHand(notebook: Notebook, delivery: Delivery): Promise<void> {
  const { message } = delivery;
  notebook.write({ what: 'started', key: keyOf(delivery.box, message.message_id, delivery.run) });
  switch (behaviourOf(message)) {
    case 'retry':
    case 'throw':
    case 'exhaust':
      if (delivery.failures === 0) await delivery.retry({ delay: 5 });
      else await delivery.ack();
      return;
    case 'snooze':
      if (delivery.releases === 0) await delivery.snooze(20);
      else await delivery.ack();
      return;
    case 'reject':
      if (delivery.releases === 0) await delivery.reject('no');
      else await delivery.ack();
      return;
    default:
      await delivery.ack();
  }
}

/** Finishes what agents wrote to their outboxes. */
export function collectHandler(notebook: Notebook): (message: Message, context: HandlerContext) => void {
  return (message, context) =>
    notebook.write({ what: 'started', key: keyOf(context.box, message.message_id, context.run) });
}

async function rememberedStep(notebook: Notebook, key: string, context: WorkContext): Promise<void> {
  const value = await context.once('step', () => {
    const made = randomUUID();
    notebook.write({ what: 'ran', key, value: made });
    return made;
  });
  notebook.write({ what: 'remembered', key, value });
}

function forwarded({ workflow_id, task_id, created_at }: Message): Message {
  const behaviour: Behaviour = 'finish';
  return taskAssignment({
    created_at,
    agent_id: CODER,
    assigned_to: TESTER,
    workflow_id,
    task_id,
    inputs: { parameters: { behaviour, padding: 'x'.repeat(500) } },
  });
}

/** What is to be done about a message: it says so. */
export function behaviourOf(message: Message): Behaviour {
  const { inputs } = message as { inputs?: { parameters?: { behaviour?: Behaviour } } };
  return inputs?.parameters?.behaviour ?? 'finish';
}
