import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue } from '@tapps-agents/queue';

// Sends COUNT tasks and logs each once it is sent: producer ROOT NAME COUNT LOG.
const [root = '', name = '', count = '0', log = ''] = process.argv.slice(2);
// What a killed predecessor had begun to send, and perhaps sent, is sent again under the same id.
const sent = existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
await using queue = await openQueue({ root, agent: name, retention: false });
for (let number = sent; number < Number(count); number += 1) {
  const ids = { message_id: `${name}_${number}`, workflow_id: 'load', task_id: name };
  const message = taskAssignment({ agent_id: name, assigned_to: 'coder', ...ids });
  await queue.send(message);
  if (number % 10 === 0) await queue.send(message);
  appendFileSync(log, `${number}\n`);
}
