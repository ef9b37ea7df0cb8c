import { sep } from 'node:path';
import { publishFile, publishMany, type FileToPublish, type PublishedFile } from '@tapps-agents/fs-atomic';
import type { PublishOptions, Receipt } from '../store.ts';
import type { Box, Identity, Outgoing } from '../stored-message.ts';
import { ensureBox } from './agents.ts';
import { entryIdOf, writing, type Disk } from './disk.ts';
import { GroupCommit } from './group-commit.ts';
import { formatReady, type Name } from './names.ts';
import { newNonce } from './nonce.ts';
import { encodeSegment } from './segment.ts';

/** Puts messages into boxes: written whole under `tmp/`, then renamed to a name that never existed before. */
export class Publisher {
  readonly #disk: Disk;
  readonly #ensured = new Set<string>();
  readonly #ensuring = new Map<string, Promise<void>>();
  readonly #groups: Readonly<Record<'file' | 'full', GroupCommit>>;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.#groups = { file: new GroupCommit(disk, 'file'), full: new GroupCommit(disk, 'full') };
  }

  async publish(messages: readonly Outgoing[], options: PublishOptions): Promise<readonly Receipt[]> {
    const disk = this.#disk;
    const files: FileToPublish[] = [];
    for (const message of messages) {
      const directory = disk.layout.box(message.box);
      if (!this.#ensured.has(directory)) await this.#ensure(message.box, directory);
      files.push({ path: directory + sep + formatReady(readyName(message)), bytes: message.bytes });
    }
    const results = await this.#place(files, options);
    return results.map(({ path, durability }) => ({ entryId: entryIdOf(disk.layout, path), durability }));
  }

  async #place(
    files: readonly FileToPublish[],
    { durability, signal }: PublishOptions,
  ): Promise<readonly PublishedFile[]> {
    const how = writing(this.#disk, durability, signal);
    const [first] = files;
    if (files.length !== 1 || first === undefined) return await publishMany(files, how);
    // One that can be called off goes by itself: calling it off must not touch the others, nor wait for them.
    if (durability === 'none' || signal !== undefined)
      return [await publishFile(first.path, first.bytes, how)];
    return [await this.#groups[durability].publish(first)];
  }

  /** Boxes are made once, also for those who come while one is made; a process remembers at most 10,000 of them. */
  #ensure(box: Box, directory: string): Promise<void> {
    const running = this.#ensuring.get(directory);
    if (running !== undefined) return running;
    const ensuring = this.#make(box, directory).finally(() => this.#ensuring.delete(directory));
    this.#ensuring.set(directory, ensuring);
    return ensuring;
  }

  async #make(box: Box, directory: string): Promise<void> {
    await ensureBox(this.#disk, box);
    if (this.#ensured.size >= 10_000) this.#ensured.clear();
    this.#ensured.add(directory);
  }
}

/** Field by field, as each message gets one: to spread three objects into one costs as much as all else of a name. */
function readyName({ identity, counters, readyAt_ms, expiresAt_ms }: Outgoing): Name {
  return {
    id: encodeSegment(identity.messageId, 'message'),
    type: encodeSegment(identity.messageType, 'type'),
    createdAt_ms: identity.createdAt_ms,
    priority: identity.priority,
    deliveries: counters?.deliveries ?? 0,
    failures: counters?.failures ?? 0,
    releases: counters?.releases ?? 0,
    run: counters?.run ?? 0,
    readyAt_ms: wholeMilliseconds(readyAt_ms),
    expiresAt_ms: wholeMilliseconds(expiresAt_ms),
    nonce: newNonce(),
  };
}

/** Names hold digits alone, and a clock may give fractions. */
function wholeMilliseconds(time_ms: number | null | undefined): number | null {
  return time_ms === null || time_ms === undefined ? null : Math.ceil(time_ms);
}

/** The parts of a name that come from the message itself. */
export function nameParts(identity: Identity): Pick<Name, 'id' | 'type' | 'createdAt_ms' | 'priority'> {
  return {
    id: encodeSegment(identity.messageId, 'message'),
    type: encodeSegment(identity.messageType, 'type'),
    createdAt_ms: identity.createdAt_ms,
    priority: identity.priority,
  };
}
