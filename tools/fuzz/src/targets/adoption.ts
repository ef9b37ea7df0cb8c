import { isAgentId } from '../../../../packages/queue/src/agent-id.ts';
import { earlierName } from '../../../../packages/queue/src/file-store/doctor/adoption/earlier-name.ts';
import { finishedLines } from '../../../../packages/queue/src/file-store/doctor/adoption/finished-lines.ts';
import {
  isEarlierBox,
  isEarlierLock,
} from '../../../../packages/queue/src/file-store/doctor/adoption/messages.ts';
import { recipientOf } from '../../../../packages/queue/src/file-store/doctor/adoption/recipient.ts';
import { formatReady, parseEarlier, parseReady } from '../../../../packages/queue/src/file-store/names.ts';
import { nameFor } from '../../../../packages/queue/src/file-store/adopt.ts';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { mustBePlain } from '../rules/prototypes.ts';
import { drawnIds, drawnJson, drawnMessages } from '../structured.ts';
import { Violation, type Target } from '../target.ts';

const disk = fuzzedDisk({});
const encoder = new TextEncoder();
const LEDGER =
  'm-1\n"m-2"\n{"message_id":"m-3","workflow_id":"w","task_id":"t","agent_id":"a"}\n{"message_id":"cut';
const NAMES = [
  '20251214T103500_123Z_dead-1_task_assignment.0f0f.json',
  '20251214T103500_123Z_m_1_status_update.json',
  'Old-Agent',
  'any.jsonl',
];

/** What another writer left, as doctor reads it: lines of finished messages, names, and whom a message is for. */
export const adoptionTarget: Target = {
  name: 'adoption',
  about: 'another writer’s records of finished messages, names of files and directories, and contents',
  kind: 'memory',
  share: 1,
  material: (seed) => ({
    seeds: [
      ...[LEDGER, ...NAMES].map((text) => encoder.encode(text)),
      ...drawnMessages(seed).slice(0, 20),
      ...drawnIds(seed).slice(0, 20),
      ...drawnJson(seed).slice(0, 3),
    ],
  }),
  run(input) {
    let last = 0;
    for (const { number, finished } of finishedLines(input)) {
      if (number <= last) throw new Violation('adoption', `line ${number} after line ${last}`);
      last = number;
      if (finished === null) continue;
      mustBePlain(finished, 'a line of finished messages');
      const { messageId, task } = finished;
      for (const id of [messageId, task?.workflowId, task?.taskId])
        if (id !== undefined && !isAgentId(id)) throw new Violation('no id', JSON.stringify(id));
    }
    const box = recipientOf(input);
    if (box !== null && !isAgentId(box.agentId)) throw new Violation('no id', JSON.stringify(box.agentId));
    const text = new TextDecoder().decode(input);
    const dashed = earlierName(text);
    if (!/^[\w.-]{1,64}$/.test(dashed))
      throw new Violation('adoption', `${JSON.stringify(dashed)} is no name`);
    if (text.includes('/') || text.includes('\u0000') || text === '') return; // No system has such a name.
    isEarlierLock(text);
    isEarlierBox(text);
    parseEarlier(text);
    const name = formatReady(nameFor(disk, text.slice(0, 255), input));
    if (parseReady(name) === null) throw new Violation('name', `${name} is not understood again`);
  },
};
