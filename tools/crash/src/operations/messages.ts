import { taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import { openQueue, type Delivery, type Queue } from '@tapps-agents/queue';
import type { Site, Stage } from '../operation.ts';

/** A task for an agent, under an id of our choice; two more tries, so that retrying means something. */
export function task(message_id: string, assigned_to = 'coder'): TaskAssignment {
  return taskAssignment({
    agent_id: 'lead',
    assigned_to,
    workflow_id: 'w',
    task_id: message_id,
    message_id,
    // The same bytes whenever it is made.
    created_at: '2026-01-01T00:00:00.000Z',
    retry_policy: { max_retries: 2, backoff_seconds: 60, backoff_multiplier: 2, max_backoff_seconds: null },
  });
}

/** Opens the site's queue for its setting up, and closes it. */
export async function withQueue(
  site: Pick<Site, 'root'>,
  run: (queue: Queue) => Promise<void>,
): Promise<void> {
  await using queue = await openQueue({ root: site.root, agent: 'coder', retention: false });
  await queue.registerAgent('coder');
  await run(queue);
}

/** A site with these messages waiting for `coder`. */
export async function waiting(site: Site, ...ids: string[]): Promise<void> {
  await withQueue(site, async (queue) => {
    await queue.sendMany(ids.map((id) => site.know(task(id))));
  });
}

/** Takes the next message by hand; the caller is told which. */
export async function take(stage: Stage, queue: Queue): Promise<Delivery> {
  const next = await queue.receive().next();
  if (next.done === true) throw new Error('Nothing waits.');
  const { message, deliveries } = next.value;
  stage.tell({ told: 'claimed', id: message.message_id, deliveries });
  return next.value;
}
