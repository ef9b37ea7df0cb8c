// A user of contracts alone: builds a message, writes it as text, reads it back, and looks into the files for other languages.
import asyncapi from '@tapps-agents/contracts/asyncapi/1.0/asyncapi.json' with { type: 'json' };
import schema from '@tapps-agents/contracts/schemas/1.0/task_assignment.json' with { type: 'json' };
import { parseMessage, serializeMessage, taskAssignment } from '@tapps-agents/contracts';

const task = taskAssignment({
  workflow_id: 'release-42',
  task_id: 'review',
  agent_id: 'orchestrator',
  assigned_to: 'coder',
  inputs: { files: ['src/index.ts'] },
});
const message = parseMessage(serializeMessage(task));
if (message.message_type !== 'task_assignment') throw new Error(`read back as ${message.message_type}`);
if (message.message_id !== task.message_id) throw new Error('read back under another id');

let refused = false;
try {
  parseMessage('{"schema_version":"1.0"}');
} catch {
  refused = true;
}
if (!refused) throw new Error('a message without identifiers was accepted');

if (schema.$id !== 'urn:tapps-agents:schema:1.0:task_assignment')
  throw new Error(`a schema of ${schema.$id}`);
if (asyncapi.asyncapi !== '3.0.0') throw new Error(`AsyncAPI ${asyncapi.asyncapi}`);
