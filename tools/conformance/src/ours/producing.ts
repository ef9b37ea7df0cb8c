import { statusUpdate, taskAssignment, taskComplete, type Message } from '@tapps-agents/contracts';
import { openQueue } from '@tapps-agents/queue';

/** Registers agents. */
export async function register(root: string, agents: readonly string[]): Promise<void> {
  for (const agent of agents) expectText('The name of an agent', agent);
  await using queue = await openQueue({ root, retention: false });
  for (const agent of agents) await queue.registerAgent(agent);
}

/** The registered agents. */
export async function listAgents(root: string): Promise<readonly string[]> {
  await using queue = await openQueue({ root, retention: false });
  return await queue.agents();
}

/** Publishes one message, made of fields `name=value`. */
export async function publish(root: string, args: readonly string[]): Promise<void> {
  const files: string[] = [];
  const fields: Record<string, string> = {};
  for (const arg of args) {
    if (!arg.includes('=')) throw new Error(`${arg} is no name=value.`);
    const [name, value] = [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)];
    expectText(name, value);
    if (name in fields) throw new Error(`${name} is there twice.`);
    if (name === 'file') files.push(value);
    else fields[name] = value;
  }
  const { delay_ms, ttl_ms, message_type, ...content } = fields;
  const message = build(message_type ?? 'task_assignment', content, files);
  await using queue = await openQueue({ root, retention: false });
  await queue.send(message, {
    ...(delay_ms === undefined ? {} : { delay: Number(delay_ms) }),
    ...(ttl_ms === undefined ? {} : { ttl: Number(ttl_ms) }),
  });
}

/** What is no UTF-8 has become this on its way into a string; nobody sends what was not said. */
function expectText(name: string, value: string): void {
  if (value.includes('\uFFFD')) throw new Error(`${name} is not valid UTF-8.`);
}

function build(type: string, fields: Readonly<Record<string, unknown>>, files: readonly string[]): Message {
  if (type !== 'task_assignment' && files.length > 0) throw new Error(`A ${type} has no file.`);
  // What is wrong with the fields is said by the builders.
  switch (type) {
    case 'task_assignment':
      return taskAssignment({
        ...(fields as Parameters<typeof taskAssignment>[0]),
        inputs: { files: [...files] },
      });
    case 'status_update':
      return statusUpdate(fields as Parameters<typeof statusUpdate>[0]);
    case 'task_complete':
      return taskComplete(fields as Parameters<typeof taskComplete>[0]);
    default:
      throw new Error(
        `message_type is ${type}; this command sends task_assignment, status_update and task_complete.`,
      );
  }
}
