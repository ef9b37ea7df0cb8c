import { chmodSync, lstatSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { statusUpdate, taskAssignment } from '@tapps-agents/contracts';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue } from '../../src/index.ts';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { listed } from './place.ts';

/** What `startChild('full-life-program.ts', settings)` takes. */
export interface FullLifeSettings {
  readonly root: string;
  readonly umask: number;
  readonly access?: 'owner' | 'group';
  /** A planted fault: files and directories get their modes from the umask alone. */
  readonly careless?: boolean;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as FullLifeSettings;
process.umask(settings.umask);
const commands = createInterface(process.stdin)[Symbol.asyncIterator]();

/** `<octal mode> <path>` of everything at the moment of its making, also of what is gone a moment later. */
const made: string[] = [];

function note(path: string): void {
  made.push(`${(lstatSync(path).mode & 0o777).toString(8)} ${relative(settings.root, path)}`);
}

const disk = nodeFileSystem();
const fileSystem: FileSystem = alteredFileSystem(disk, {
  create: async (path, mode) => {
    const file = await disk.create(path, mode);
    if (settings.careless === true) chmodSync(path, 0o666 & ~settings.umask);
    note(path);
    return file;
  },
  createDirectory: async (path, mode) => {
    await disk.createDirectory(path, mode);
    if (settings.careless === true) chmodSync(path, 0o777 & ~settings.umask);
    note(path);
  },
});

const mq = await openQueue({
  root: settings.root,
  agent: 'coder',
  retention: false,
  fileSystem,
  access: settings.access ?? 'owner',
});
const address = { agent_id: 'boss', assigned_to: 'coder', workflow_id: 'w', task_id: 't' } as const;

/** Every state that a message can be in, and every file that a queue writes. */
async function live(): Promise<void> {
  await mq.registerAgent('coder');
  await mq.registerAgent('x'.repeat(100)); // Whose name needs a file of its own.
  const retry_policy = { max_retries: 2, backoff_seconds: 0 };
  const ids = ['done', 'failed', 'rejected', 'replayed', 'snoozed', 'held', 'waiting'];
  await mq.sendMany(ids.map((id) => taskAssignment({ ...address, message_id: id, retry_policy })));
  await mq.send(statusUpdate({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'queued' }));
  const seen = new Set<string>();
  const worker = mq.work(
    {
      task_assignment: async (message, context) => {
        await context.once('step', () => 'result');
        await context.report({ current_step: 'at it' });
        const isFirst = !seen.has(message.message_id);
        seen.add(message.message_id);
        if (message.message_id === 'failed' && isFirst) throw new Error('once');
        if (message.message_id === 'snoozed' && isFirst) return { verdict: 'snooze', delay: '1h' } as const;
        if (message.message_id === 'rejected' || (message.message_id === 'replayed' && isFirst))
          return { verdict: 'reject', reason: 'no use' } as const;
        return { output_files: ['x'] };
      },
    },
    { limit: 8 }, // One of them fails, and comes a second time.
  );
  await worker.done;
  await mq.send(taskAssignment({ ...address, message_id: 'taken' }));
  await mq.receive({ detached: true, lease: '1h' }).next();
  for await (const _ of mq.operations.replay({ filter: { id: 'replayed' }, dryRun: false })) {
    // Each step is what is wanted.
  }
  await mq.operations.pause({ note: 'why' });
  await mq.operations.pause({ agentId: 'coder', note: 'why' });
  const tmp = join(settings.root, 'tmp');
  for (const name of listed(tmp)) utimesSync(join(tmp, name), 0, 0);
  await mq.operations.retain();
}

await live();
process.stdout.write(`${JSON.stringify(made)}\n`);
await commands.next();
await mq.close();
process.stdin.destroy();
