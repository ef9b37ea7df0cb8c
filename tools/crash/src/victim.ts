import { systemClock } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { serializeMessage } from '@tapps-agents/contracts';
import { openQueue } from '@tapps-agents/queue';
import { KillingFileSystem, type Death } from './killing-file-system.ts';
import type { Stage } from './operation.ts';
import { operationNamed } from './operations.ts';
import { isFault, plantedFaults } from './planted-faults.ts';
import { beginStory, tell } from './story.ts';
import { LEASE } from './successor.ts';

/** What a victim is told, as JSON in its first argument. */
export interface VictimSettings {
  readonly operation: string;
  readonly root: string;
  /** Where its story is written. */
  readonly story: string;
  readonly death: Death | null;
  /** A mistake that is put between the queue and the disk. */
  readonly fault: string | null;
}

/*
 * The process that dies. It ends without closing anything in any case: where it was not killed, its death comes after the
 * last call.
 */
const settings = JSON.parse(process.argv[2] ?? '') as VictimSettings;
const { root, story } = settings;
const killing = new KillingFileSystem(root, story, settings.death);
const fileSystem =
  settings.fault !== null && isFault(settings.fault) ? plantedFaults[settings.fault](killing) : killing;
const clock = Object.assign(new ManualClock({ now_ms: Date.now() }), {
  uptime: () => systemClock.uptime?.() ?? 0,
});
const operation = operationNamed(settings.operation);

const stage: Stage = {
  root,
  clock,
  fileSystem,
  async open(options) {
    const queue = await openQueue({
      root,
      agent: 'coder',
      clock,
      fileSystem,
      random: () => 0.5,
      lease: LEASE,
      retention: { ...operation.retention, interval: '7d' },
      ...options,
    });
    queue.events.on('error', (error) => {
      throw error;
    });
    return queue;
  },
  begin: () => killing.begin(),
  tell: (fact) => tell(story, fact),
  offer: (message) => {
    tell(story, { offer: message.message_id, text: serializeMessage(message) });
    return message;
  },
};

beginStory(story);
await operation.act(stage);
tell(story, { ended: true });
process.exit(0);
