import {
  DeadLetterReasonSchema,
  SCHEMA_VERSION,
  statusUpdate,
  taskAssignment,
  taskComplete,
} from '../src/index.ts';
import type { Message } from '../src/index.ts';
import { readerJsonSchema } from '../src/reader-json-schema.ts';

const EXAMPLE = {
  ids: { workflow_id: 'release-42', task_id: 'review', agent_id: 'orchestrator' },
  now: { now: (): number => Date.UTC(2026, 0, 9, 12, 30, 15, 42) },
};

/**
 * The messages directory as an AsyncAPI 3 document, from the side of an agent: what it receives from its inbox, and what it sends
 * to its outbox and to other agents' inboxes.
 *
 * Payloads are AsyncAPI's own kind of schema, which every tool reads: JSON Schema draft-07 and more. The keywords in use mean the
 * same there as in draft 2020-12, which a test makes sure of.
 */
export function asyncApiDocument(): Record<string, unknown> {
  return {
    asyncapi: '3.0.0',
    id: `urn:tapps-agents:asyncapi:${SCHEMA_VERSION}`,
    info: {
      title: 'Messages between agents',
      version: SCHEMA_VERSION,
      description:
        'Agents hand each other work through a directory: one message is one JSON file, and every change of its state is one rename. Delivery is at least once; a message_id that was handled is not handled again.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      directory: {
        host: 'localhost',
        pathname: '/.tapps-agents/messages',
        protocol: 'file',
        description: 'The messages directory: on this machine, or on a file system that is shared.',
      },
    },
    channels: channels(),
    operations: operations(),
    components: { messages: messages() },
  };
}

function channels(): Record<string, unknown> {
  const agent = { agent: { description: 'An agent, its id encoded as a path segment.' } };
  return {
    inbox: {
      address: 'inbox/{agent}',
      title: 'Inbox',
      description:
        'What is addressed to an agent, one file for each message, renamed in. A directory here is a registered agent.',
      parameters: agent,
      messages: messagesOf('task_assignment', 'status_update', 'task_complete'),
    },
    outbox: {
      address: 'outbox/{agent}',
      title: 'Outbox',
      description: 'What an agent wrote for whoever collects.',
      parameters: agent,
      messages: messagesOf('status_update', 'task_complete'),
    },
    deadLetters: {
      address: 'dlq/{box}/{agent}',
      title: 'Dead letters',
      description: 'The reasons beside quarantined messages, which are untouched.',
      parameters: {
        box: { description: 'The box that the message came from.', enum: ['inbox', 'outbox'] },
        ...agent,
      },
      messages: messagesOf('dead_letter_reason'),
    },
  };
}

function operations(): Record<string, unknown> {
  return {
    receiveTask: {
      action: 'receive',
      channel: { $ref: '#/channels/inbox' },
      summary: 'Takes a task from the inbox, and answers in the outbox.',
      messages: [inChannel('inbox', 'task_assignment')],
      reply: {
        channel: { $ref: '#/channels/outbox' },
        messages: [inChannel('outbox', 'task_complete')],
      },
    },
    reportProgress: {
      action: 'send',
      channel: { $ref: '#/channels/outbox' },
      summary: 'Says how far a task has come.',
      messages: [inChannel('outbox', 'status_update')],
    },
    assignTask: {
      action: 'send',
      channel: { $ref: '#/channels/inbox' },
      summary: 'Gives a task to an agent.',
      messages: [inChannel('inbox', 'task_assignment')],
    },
    quarantine: {
      action: 'send',
      channel: { $ref: '#/channels/deadLetters' },
      summary: 'Gives a message up, with the reason.',
      messages: [inChannel('deadLetters', 'dead_letter_reason')],
    },
  };
}

function messages(): Record<string, unknown> {
  const { ids, now } = EXAMPLE;
  const examples: readonly Message[] = [
    taskAssignment({ ...ids, assigned_to: 'coder', message_id: 'm-1', inputs: { files: ['src/a.ts'] } }, now),
    statusUpdate(
      { ...ids, agent_id: 'coder', message_id: 'm-2', status: 'in_progress', progress_percent: 40 },
      now,
    ),
    taskComplete(
      {
        ...ids,
        agent_id: 'coder',
        message_id: 'm-3',
        status: 'completed',
        results: { output_files: ['review.md'] },
      },
      now,
    ),
  ];
  const built = [taskAssignment, statusUpdate, taskComplete].map((definition) => {
    const { type } = definition;
    const example = examples.find(({ message_type }) => message_type === type);
    const correlation = { location: '$message.payload#/task_id', description: 'The task that it is about.' };
    return [
      type,
      {
        ...describedBy(type, definition.jsonSchema()),
        correlationId: correlation,
        examples: [{ payload: example }],
      },
    ];
  });
  const reason = readerJsonSchema('dead_letter_reason', DeadLetterReasonSchema);
  return Object.fromEntries([...built, ['dead_letter_reason', describedBy('dead_letter_reason', reason)]]);
}

/** A schema's own words become the message's, and its address is kept beside it. */
function describedBy(
  name: string,
  { $schema: _draft, $id, title: _title, description, ...payload }: Record<string, unknown>,
): Record<string, unknown> {
  return {
    name,
    title: name,
    summary: description,
    contentType: 'application/json',
    payload,
    'x-json-schema-id': $id,
  };
}

function messagesOf(...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

function inChannel(channel: string, message: string): Record<string, unknown> {
  return { $ref: `#/channels/${channel}/messages/${message}` };
}
