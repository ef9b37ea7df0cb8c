import type { Message } from '@tapps-agents/contracts';
import type { Source } from './box-set.ts';
import { ConsumerLoop } from './consumer-loop.ts';
import type { Core } from '../core.ts';
import { leaseMilliseconds, toMilliseconds } from '../duration.ts';
import { QueueError } from '../errors.ts';
import { handle } from '../delivery/handling.ts';
import type { AnyHandler } from '../delivery/handler-run.ts';
import { isTaskAssignment } from '../identity.ts';
import { DEFAULT_HANDLER_TIMEOUT_MS } from '../limits.ts';
import type { Consumer, ConsumeOptions, WorkOptions } from '../queue.ts';
import { UNKNOWN_TYPE, type Box, type MessageHeader } from '../stored-message.ts';

/** Handlers by message type, as they come from the user. */
export type HandlerMap = Readonly<Record<string, AnyHandler | undefined>>;

/** Handles what arrives in this agent's inbox; registers the agent first. */
export function work(core: Core, handlers: HandlerMap, options: WorkOptions): Consumer {
  checkHandlers(core, handlers);
  if (options.lease !== undefined) core.store.useLease(leaseMilliseconds(options.lease));
  const box: Box = { kind: 'inbox', agentId: core.agent };
  let registered = false;
  const accepts = acceptsTypes(core, box, handlers);
  const source: Source = {
    grows: false,
    patient: true,
    filter: () => ({ accepts }),
    boxes: async () => {
      if (!registered) await core.store.registerAgent(core.agent);
      registered = true;
      return [box];
    },
  };
  return consume(core, source, handlers, options);
}

/** A loop that hands each message to the handler of its type. */
export function consume(
  core: Core,
  source: Source,
  handlers: HandlerMap,
  options: ConsumeOptions,
): ConsumerLoop {
  const limit_ms = toMilliseconds(options.handlerTimeout ?? DEFAULT_HANDLER_TIMEOUT_MS, 'handlerTimeout');
  return new ConsumerLoop(
    core,
    source,
    (accepted, shutdown) => {
      const handler = handlerFor(handlers, accepted.message.message_type);
      if (handler === undefined)
        throw new QueueError(
          'ERR_INVALID_OPTION',
          `There is no handler for ${accepted.message.message_type}.`,
        );
      const timeout_ms = timeoutOf(accepted.message, limit_ms);
      return handle(core, accepted, handler, { timeout_ms, shutdown });
    },
    options,
  );
}

/** Only what the user put there: a type may have the name of something that every object has. */
export function handlerFor(handlers: HandlerMap, messageType: string): AnyHandler | undefined {
  return Object.hasOwn(handlers, messageType) ? handlers[messageType] : undefined;
}

/** Takes the types that have a handler, and whatever does not tell its type; says once what it leaves for others. */
export function acceptsTypes(core: Core, box: Box, handlers: HandlerMap): (header: MessageHeader) => boolean {
  const announced = new Set<string>();
  return ({ messageType }) => {
    if (messageType === UNKNOWN_TYPE || handlerFor(handlers, messageType) !== undefined) return true;
    if (!announced.has(messageType) && announced.size < 1_000) {
      announced.add(messageType);
      core.events.emit('unhandled', { box, messageType });
    }
    return false;
  };
}

/** Wrong use is refused before anything is claimed. */
export function checkHandlers(core: Core, handlers: HandlerMap): void {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      'Handlers are given as an object, e.g. { task_assignment: async (message) => ({}) }.',
    );
  }
  const types = Object.keys(handlers).filter((type) => handlers[type] !== undefined);
  if (types.length === 0)
    throw new QueueError(
      'ERR_INVALID_OPTION',
      'At least one handler is needed, e.g. { task_assignment: async (message) => ({}) }.',
    );
  const known = new Set([
    'task_assignment',
    'status_update',
    'task_complete',
    ...core.definitions.map(({ type }) => type),
  ]);
  for (const type of types) {
    if (typeof handlers[type] !== 'function')
      throw new QueueError('ERR_INVALID_OPTION', `The handler for ${type} must be a function.`);
    if (!known.has(type))
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `The queue does not know messages of type ${type}. Pass its definition (defineMessage) to openQueue's option \`messages\`.`,
      );
  }
}

function timeoutOf(message: Message, limit_ms: number): number {
  if (!isTaskAssignment(message)) return limit_ms;
  const { timeout_seconds } = message;
  return timeout_seconds === null || timeout_seconds === 0
    ? limit_ms
    : Math.min(limit_ms, timeout_seconds * 1_000);
}
