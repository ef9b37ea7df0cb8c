import { tryParseMessage } from '@tapps-agents/contracts';
import type { Source } from './box-set.ts';
import type { Collecting, Core } from '../core.ts';
import { Failures } from '../failures-on-the-way.ts';
import type { CollectOptions, Consumer } from '../queue.ts';
import type { ClaimFilter } from '../claim.ts';
import type { Box } from '../stored-message.ts';
import { acceptsTypes, checkHandlers, consume, handlerFor, type HandlerMap } from './work.ts';

/** Handles what agents write to their outboxes, those of agents that turn up later too. */
export function collect(core: Core, handlers: HandlerMap, options: CollectOptions): Consumer {
  checkHandlers(core, handlers);
  const { workflow_id: workflowId, agents } = options;
  const source: Source = {
    grows: true,
    patient: true,
    boxes: async (onFailure) => {
      const failures = new Failures();
      const writers = (await core.store.writers({ onFailure: (error) => failures.add(error) })).map(
        ({ agentId }) => agentId,
      );
      // Where all that are wanted are there, a box whose agent cannot be told is nobody's of these.
      const areAllThere = agents?.every((agentId) => writers.includes(agentId)) ?? false;
      if (!areAllThere) failures.kept.forEach(onFailure);
      return writers
        .filter((agentId) => agents?.includes(agentId) ?? true)
        .map((agentId): Box => ({ kind: 'outbox', agentId }));
    },
    filter: (box): ClaimFilter => ({
      accepts: acceptsTypes(core, box, handlers),
      ...(workflowId === undefined
        ? {}
        : { wants: (bytes: Uint8Array) => isOfWorkflow(core, bytes, workflowId) }),
    }),
  };
  const collecting: Collecting = {
    covers: (agentId, workflow, messageType) =>
      (agents?.includes(agentId) ?? true) &&
      (workflowId === undefined || workflowId === workflow) &&
      handlerFor(handlers, messageType) !== undefined,
  };
  const loop = consume(core, source, handlers, options);
  core.collectors.add(collecting);
  void loop.done.catch(() => {}).then(() => core.collectors.delete(collecting));
  return loop;
}

/** What cannot be read as a message is everybody's: the first collector that sees it quarantines it. */
function isOfWorkflow(core: Core, bytes: Uint8Array, workflowId: string): boolean {
  const parsed = tryParseMessage(bytes, { definitions: core.definitions });
  return !parsed.ok || parsed.message.workflow_id === workflowId;
}
